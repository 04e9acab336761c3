import { Draft } from './draft';

/** v1alpha1 had checkout, commit and push side by side; now they are under git. */
export function convertImageUpdateAutomation(spec: Draft): void {
  const checkout = spec.child('checkout');
  if (checkout) {
    const ref = checkout.child('gitRepositoryRef');
    const name = ref?.get('name');
    if (name !== undefined && !spec.has('sourceRef')) {
      spec.set('sourceRef', { kind: 'GitRepository', name });
      checkout.moved('gitRepositoryRef', 'spec.sourceRef');
    }
    const branch = checkout.get('branch');
    if (branch !== undefined) {
      spec.ensure('git').ensure('checkout').ensure('ref').set('branch', branch);
      checkout.moved('branch', 'spec.git.checkout.ref.branch');
    }
    spec.take('checkout');
  }

  const commit = spec.child('commit');
  if (commit) {
    const target = spec.ensure('git').ensure('commit');
    for (const [from, to] of [
      ['authorName', 'name'],
      ['authorEmail', 'email'],
    ]) {
      const value = commit.get(from);
      if (value === undefined) continue;
      target.ensure('author').set(to, value);
      commit.moved(from, `spec.git.commit.author.${to}`);
    }
    for (const field of ['messageTemplate', 'signingKey']) {
      const value = commit.get(field);
      if (value === undefined) continue;
      target.set(field, value);
      commit.moved(field, `spec.git.commit.${field}`);
    }
    spec.take('commit');
  }

  const branch = spec.child('push')?.get('branch');
  if (branch !== undefined) {
    spec.ensure('git').ensure('push').set('branch', branch);
    spec.moved('push', 'spec.git.push');
  }
  spec.take('push');
  warnOfTemplate(spec);
}

function warnOfTemplate(spec: Draft): void {
  const commit = spec.child('git')?.child('commit');
  const template = commit?.get('messageTemplate');
  if (
    typeof template === 'string' &&
    /\.Updated\b|\.Changed\.ImageResult\b/.test(template)
  ) {
    commit?.warn(
      'messageTemplate',
      'uses .Updated or .Changed.ImageResult, which the template has no more; use .Changed.Changes or .Changed.FileChanges',
    );
  }
}
