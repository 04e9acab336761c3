import {
  gitopsKinds,
  REGISTRATION_STATES,
  STATUS_WORDS,
} from '@backstage-gitops/plugin-gitops-common';
import { ApiDocument } from './__testUtils__/ApiDocument';

const document = new ApiDocument();
const schemas = (
  document.document.components as {
    schemas: Record<string, { enum?: string[] }>;
  }
).schemas;

describe('openapi.yaml', () => {
  it('names the kinds and the status words that there are', () => {
    expect(schemas.Kind.enum).toEqual(gitopsKinds.map(({ kind }) => kind));
    expect(schemas.StatusWord.enum).toEqual([...STATUS_WORDS]);
    expect(schemas.RegistrationState.enum).toEqual([...REGISTRATION_STATES]);
  });

  it('gives every operation an id of its own', () => {
    const ids = document.operationIds();
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain('undefined');
  });

  it.each(document.examples().map(e => [e.pointer, e] as const))(
    'has an example that fits its schema at %s',
    (_, { schema, example }) => {
      expect(document.faultsOf(schema, example)).toEqual([]);
    },
  );
});
