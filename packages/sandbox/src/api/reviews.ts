import type { Authorizer, AccessRequest } from '../access/authorization';
import type { ServiceAccountTokens } from '../access/serviceAccountTokens';
import type { User } from '../access/user';
import type { JsonObject } from '../json/value';
import { asArray, asObject, asString, at, isObject } from '../json/value';
import type { ObjectStore } from '../storage/objectStore';
import { apiTime } from '../objects/objectWriter';
import { invalid, noSuchPath, notFound } from './apiError';

/** Answers the kinds that are questions and are not stored: access reviews, token reviews and requests. */
export class Reviews {
  constructor(
    private readonly options: {
      authorizer: Authorizer;
      tokens: ServiceAccountTokens;
      store: ObjectStore;
    },
  ) {}

  /** Whether a resource is such a kind. */
  handles(plural: string): boolean {
    return plural.endsWith('reviews');
  }

  answer(
    plural: string,
    body: JsonObject,
    user: User,
    namespace: string,
  ): JsonObject {
    switch (plural) {
      case 'selfsubjectaccessreviews':
        return this.accessReview(body, user);
      case 'subjectaccessreviews':
      case 'localsubjectaccessreviews':
        return this.accessReview(body, reviewedUser(body), namespace);
      case 'selfsubjectrulesreviews':
        return this.rulesReview(body, user);
      case 'selfsubjectreviews':
        return { ...body, status: { userInfo: userInfo(user) } };
      case 'tokenreviews':
        return this.tokenReview(body);
      default:
        throw noSuchPath();
    }
  }

  /** `serviceaccounts/token`. */
  tokenRequest(namespace: string, name: string, body: JsonObject): JsonObject {
    const account = this.options.store.get({
      storage: '/serviceaccounts',
      namespace,
      name,
    });
    if (!account) {
      throw notFound({ group: '', resource: 'serviceaccounts', name });
    }
    const spec = asObject(body.spec);
    const audiences = asArray(spec.audiences).map(String);
    const seconds = Number(spec.expirationSeconds ?? 3600);
    if (seconds < 600) {
      throw invalid(
        { group: 'authentication.k8s.io', kind: 'TokenRequest', name: '' },
        [
          {
            field: 'spec.expirationSeconds',
            reason: 'FieldValueInvalid',
            message: `Invalid value: ${seconds}: may not specify a duration less than 10 minutes`,
          },
        ],
      );
    }
    const { token, expires } = this.options.tokens.issue(
      account,
      audiences,
      seconds,
    );
    return {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace },
      spec: { ...spec, audiences, expirationSeconds: seconds },
      status: { token, expirationTimestamp: apiTime(expires) },
    };
  }

  private accessReview(
    body: JsonObject,
    user: User,
    namespace?: string,
  ): JsonObject {
    const request = reviewedRequest(body, namespace);
    const allowed = this.options.authorizer.allows(user, request);
    return { ...body, status: { allowed } };
  }

  private rulesReview(body: JsonObject, user: User): JsonObject {
    const namespace = asString(at(body, 'spec', 'namespace')) ?? '';
    const rules = [...this.options.authorizer.rulesOf(user, namespace)];
    return {
      ...body,
      status: {
        incomplete: false,
        resourceRules: rules.filter(rule => rule.resources !== undefined),
        nonResourceRules: rules.filter(
          rule => rule.nonResourceURLs !== undefined,
        ),
      },
    };
  }

  private tokenReview(body: JsonObject): JsonObject {
    const token = asString(at(body, 'spec', 'token')) ?? '';
    const asked = asArray(at(body, 'spec', 'audiences')).map(String);
    const user = this.options.tokens.verify(
      token,
      asked.length > 0 ? asked : undefined,
    );
    const { token: _secret, ...spec } = asObject(body.spec);
    return {
      ...body,
      spec,
      status: user
        ? { authenticated: true, user: userInfo(user) }
        : { authenticated: false, error: 'invalid bearer token' },
    };
  }
}

function reviewedUser(body: JsonObject): User {
  const spec = asObject(body.spec);
  return {
    name: asString(spec.user) ?? '',
    uid: asString(spec.uid),
    groups: asArray(spec.groups).map(String),
    extra: {},
  };
}

function reviewedRequest(body: JsonObject, namespace?: string): AccessRequest {
  const spec = asObject(body.spec);
  if (isObject(spec.nonResourceAttributes)) {
    return {
      verb: asString(spec.nonResourceAttributes.verb) ?? '',
      path: asString(spec.nonResourceAttributes.path) ?? '',
    };
  }
  const attributes = asObject(spec.resourceAttributes);
  return {
    verb: asString(attributes.verb) ?? '',
    group: asString(attributes.group) ?? '',
    resource: asString(attributes.resource) ?? '',
    subresource: asString(attributes.subresource),
    namespace: namespace || asString(attributes.namespace),
    name: asString(attributes.name),
  };
}

function userInfo(user: User): JsonObject {
  return {
    username: user.name,
    ...(user.uid ? { uid: user.uid } : {}),
    groups: user.groups,
    ...(Object.keys(user.extra).length > 0 ? { extra: { ...user.extra } } : {}),
  };
}
