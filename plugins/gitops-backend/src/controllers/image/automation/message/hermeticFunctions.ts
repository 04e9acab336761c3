import {
  GoError,
  goFunction,
  GoFunction,
  STRING,
} from '@backstage-gitops/go-template';
import { createFunctions } from '@backstage-gitops/helm';

/** What sprig 3.3 leaves out, as it depends on when and where a template runs. */
const NOT_HERMETIC = [
  ...['date', 'date_in_zone', 'date_modify', 'now', 'htmlDate'],
  ...['htmlDateInZone', 'dateInZone', 'dateModify'],
  ...['randAlphaNum', 'randAlpha', 'randAscii', 'randNumeric', 'randBytes'],
  ...['uuidv4', 'env', 'expandenv', 'getHostByName'],
];

/** What Helm adds to sprig. */
const OF_HELM =
  /^(to|from|mustTo)(Toml|Yaml)|^toYamlPretty$|^from(Json|Yaml)Array$|^mustToDuration$|^duration(Weeks|Days|Hours|Minutes|Seconds|Milliseconds|Microseconds|Nanoseconds|RoundTo|TruncateTo)$/;

/** sprig's functions that give the same for the same, wherever they run. */
export function hermeticFunctions(): ReadonlyMap<string, GoFunction> {
  const functions = new Map(
    [...createFunctions()].filter(
      ([name]) => !NOT_HERMETIC.includes(name) && !OF_HELM.test(name),
    ),
  );
  const { call } = functions.get('mustFromJson')!;
  functions.set(
    'fromJson',
    goFunction([STRING], (text: string) => {
      try {
        return call(text);
      } catch {
        return null;
      }
    }),
  );
  functions.set(
    'fail',
    goFunction([STRING], (message: string) => {
      throw new GoError(message);
    }),
  );
  return functions;
}
