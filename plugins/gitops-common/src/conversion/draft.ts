import { isJsonObject, setOwn } from '@backstage-gitops/kubernetes-yaml';
import { fieldPath, showValue, Warning } from '../findings';
import { JsonObject, JsonValue } from '../objects';

/**
 * A part of an object that is being converted, with the warnings that this
 * gives. It is the converter's own copy and may be changed. Fields of the wrong
 * shape are left to the validation.
 */
export class Draft {
  constructor(
    private readonly fields: JsonObject,
    private readonly path: string,
    private readonly warnings: Warning[],
  ) {}

  get(name: string): JsonValue | undefined {
    return Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
  }

  has(name: string): boolean {
    const value = this.get(name);
    return value !== undefined && value !== null;
  }

  set(name: string, value: JsonValue): void {
    setOwn(this.fields, name, value);
  }

  /** Takes a field out, without a warning. */
  take(name: string): JsonValue | undefined {
    const value = this.get(name);
    delete this.fields[name];
    return value;
  }

  /** A field that is an object, as a draft of its own. */
  child(name: string): Draft | undefined {
    const value = this.get(name);
    return isJsonObject(value) ? this.below(value, name) : undefined;
  }

  /** Like {@link child}; made where it is missing. */
  ensure(name: string): Draft {
    const found = this.child(name);
    if (found) return found;
    const made: JsonObject = {};
    this.set(name, made);
    return this.below(made, name);
  }

  /** The objects of a list, each as a draft. */
  items(name: string): Draft[] {
    const value = this.get(name);
    if (!Array.isArray(value)) return [];
    const path = fieldPath(this.path, name);
    return value.flatMap((item, index) =>
      isJsonObject(item)
        ? [new Draft(item, fieldPath(path, index), this.warnings)]
        : [],
    );
  }

  /** Takes a field out that has no successor, and says what to do about it. */
  drop(name: string, advice: string): void {
    if (!this.has(name)) {
      this.take(name);
      return;
    }
    const path = fieldPath(this.path, name);
    const value = showValue(this.take(name));
    this.warnings.push({
      path,
      code: 'droppedField',
      message: `${path}: ${value} was dropped, the field is no more; ${advice}`,
      value,
    });
  }

  /** Says that a field was carried over. */
  moved(name: string, to: string): void {
    const path = fieldPath(this.path, name);
    this.warnings.push({
      path,
      code: 'movedField',
      message: `${path}: was carried over to ${to}; write it there`,
    });
  }

  warn(name: string, message: string): void {
    const path = fieldPath(this.path, name);
    this.warnings.push({
      path,
      code: 'deprecated',
      message: `${path}: ${message}`,
    });
  }

  private below(value: JsonObject, name: string): Draft {
    return new Draft(value, fieldPath(this.path, name), this.warnings);
  }
}
