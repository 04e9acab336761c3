const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** A DNS subdomain, as most names are. */
export const SUBDOMAIN = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
/** A DNS label. */
export const DNS_LABEL = new RegExp(`^${LABEL}$`);
const QUALIFIED_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

export const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
export const DNS_LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** Why a text is no key of a label or annotation (apimachinery 0.34, `IsQualifiedName`). */
export function labelKeyRule(key: string): string | undefined {
  const slash = key.indexOf('/');
  const name = slash < 0 ? key : key.slice(slash + 1);
  if (slash >= 0) {
    const prefix = key.slice(0, slash);
    if (!prefix) return 'prefix part must be non-empty';
    if (!SUBDOMAIN.test(prefix)) return `prefix part ${SUBDOMAIN_RULE}`;
  }
  if (!name) return `name part must be non-empty; ${QUALIFIED_RULE}`;
  if (name.length > 63) return 'name part must be no more than 63 characters';
  return QUALIFIED_PART.test(name) ? undefined : QUALIFIED_RULE;
}

/** Why a text is no value of a label (apimachinery 0.34, `IsValidLabelValue`). */
export function labelValueRule(value: string): string | undefined {
  if (value.length > 63) return 'must be no more than 63 characters';
  return !value || QUALIFIED_PART.test(value) ? undefined : LABEL_VALUE_RULE;
}
