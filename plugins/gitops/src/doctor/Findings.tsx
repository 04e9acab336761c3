import { useHref } from 'react-router-dom';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type {
  DoctorFinding,
  DoctorSection,
} from '@backstage-gitops/plugin-gitops-common';
import { Snippet } from '@backstage-gitops/plugin-gitops-react';
import { gitopsTranslationRef } from '../text/translation';
import { LevelMark } from './LevelMark';
import { Part, PartCard, partId } from './Part';
import styles from './Doctor.module.css';

/** What was found, the worst first; what is well is folded. */
export function Findings(props: { findings: readonly DoctorFinding[] }) {
  const { t } = useTranslationRef(gitopsTranslationRef);
  const fine = props.findings.filter(({ level }) => level === 'ok');
  const others = props.findings.filter(({ level }) => level !== 'ok');
  return (
    <Part title={t('doctor.findings.title')}>
      <PartCard>
        {others.length > 0 && (
          <ul className={styles.findings}>
            {others.map(finding => (
              <li
                key={`${finding.check} ${finding.title}`}
                className={styles.finding}
              >
                <LevelMark level={finding.level} />
                <FindingBody finding={finding} />
              </li>
            ))}
          </ul>
        )}
        {fine.length > 0 && (
          <details className={styles.fine} open={others.length === 0}>
            <summary>
              {t('doctor.findings.fine', { count: fine.length })}
            </summary>
            <ul>
              {fine.map(({ check, title }) => (
                <li key={`${check} ${title}`}>
                  <LevelMark level="ok" iconOnly />
                  <span>{title}</span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </PartCard>
    </Part>
  );
}

function FindingBody(props: { finding: DoctorFinding }) {
  const { title, meaning, action, snippet, section } = props.finding;
  const { t } = useTranslationRef(gitopsTranslationRef);
  return (
    <div className={styles.body}>
      <h3>{title}</h3>
      {meaning && <p>{meaning}</p>}
      {action && (
        <p>
          <strong>{t('doctor.findings.whatToDo')}</strong> {action}
        </p>
      )}
      {snippet && (
        <div className={styles.group}>
          <span className={styles.file}>{snippet.file}</span>
          <Snippet text={snippet.text} label={`${snippet.file}, ${title}`} />
        </div>
      )}
      {section && (
        <p>
          <PartLink section={section} />
        </p>
      )}
    </div>
  );
}

/** Not the app's own link: the browser itself scrolls to what a fragment names. */
function PartLink(props: { section: DoctorSection }) {
  const { section } = props;
  const { t } = useTranslationRef(gitopsTranslationRef);
  // In full, for apps have a `<base>`.
  const href = useHref({ hash: partId(section) });
  return <a href={href}>{t(`doctor.findings.${section}`)}</a>;
}
