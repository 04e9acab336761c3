/** Names a GitOps object within its home; kinds need no group. */
export interface ObjectReference {
  kind: string;
  namespace: string;
  name: string;
}
