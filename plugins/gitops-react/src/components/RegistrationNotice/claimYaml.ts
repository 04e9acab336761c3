import type { SuggestedClaim } from '@backstage-gitops/plugin-gitops-common';

/** As `gitops.claims` in app-config has it; every value is safe in quotes. */
export function claimYaml(claim: SuggestedClaim): string {
  const { location, home, namespaces, serviceAccount } = claim;
  const quote = (text: string) => JSON.stringify(text);
  const account =
    serviceAccount ?? (claim.needsServiceAccount ? '<name>' : undefined);
  return [
    'gitops:',
    '  claims:',
    '    - location:',
    ...Object.entries(location)
      .filter(([, value]) => value)
      .map(([name, value]) => `        ${name}: ${quote(value)}`),
    `      home: ${quote(home)}`,
    `      namespaces: [${namespaces.map(quote).join(', ')}]`,
    ...(account ? [`      serviceAccount: ${quote(account)}`] : []),
  ].join('\n');
}
