import { GoError } from '@backstage-gitops/go-template';

/** What `fail` and `required` throw: the chart's author speaks to its user. */
export class Refusal extends GoError {}
