/** Environment markers (PEP 508): conditions under which a requirement counts. */

import { satisfies, valid } from '@renovatebot/pep440';
import { normalise } from './names.ts';
import { PackageError } from './package-error.ts';

export type Marker = Combination | Comparison;

interface Combination {
  readonly kind: 'and' | 'or';
  readonly left: Marker;
  readonly right: Marker;
}

interface Comparison {
  readonly kind: 'compare';
  readonly left: Operand;
  readonly operator: string;
  readonly right: Operand;
}

interface Operand {
  readonly isVariable: boolean;
  readonly text: string;
}

const TOKEN =
  /\s*(?:(?<string>'[^']*'|"[^"]*")|(?<operator>===|~=|==|!=|<=|>=|<|>|not\s+in\b|in\b)|(?<word>\w+)|(?<bracket>[()]))/y;
/** Brackets within brackets. */
const MAX_DEPTH = 50;

export function parseMarker(text: string): Marker {
  return new Parser(text).parse();
}

/** Whether a marker holds in an environment. */
export function holds(marker: Marker, environment: Readonly<Record<string, string>>): boolean {
  switch (marker.kind) {
    case 'and':
      return holds(marker.left, environment) && holds(marker.right, environment);
    case 'or':
      return holds(marker.left, environment) || holds(marker.right, environment);
    case 'compare':
      return compares(marker, environment);
  }
}

/** A comparison of versions where both sides are versions, else one of texts. */
function compares({ left, operator, right }: Comparison, environment: Readonly<Record<string, string>>): boolean {
  const isOfExtra = [left, right].some(({ isVariable, text }) => isVariable && text === 'extra');
  const [a = '', b = ''] = [left, right].map((operand) => {
    const value = operandValue(operand, environment);
    return isOfExtra ? normalise(value) : value;
  });
  if (operator === 'in') return b.includes(a);
  if (operator === 'not in') return !b.includes(a);
  if (!isOfExtra && valid(a) && valid(b.replace(/\.\*$/, '')))
    return satisfies(a, `${operator}${b}`, { prereleases: true });
  return compareTexts(a, operator, b);
}

function operandValue({ isVariable, text }: Operand, environment: Readonly<Record<string, string>>): string {
  if (!isVariable) return text;
  const value = Object.hasOwn(environment, text) ? environment[text] : undefined;
  if (value === undefined) throw new PackageError(`No environment marker is called ${text}.`);
  return value;
}

function compareTexts(left: string, operator: string, right: string): boolean {
  switch (operator) {
    case '==':
    case '===':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      throw new PackageError(`“${left}” and “${right}” cannot be compared by ${operator}.`);
  }
}

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text.trimEnd();
  }

  parse(): Marker {
    const marker = this.#or();
    if (this.#at < this.#text.length) throw this.#failure();
    return marker;
  }

  #or(): Marker {
    let left = this.#and();
    while (this.#take('word', 'or')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Marker {
    let left = this.#atom();
    while (this.#take('word', 'and')) left = { kind: 'and', left, right: this.#atom() };
    return left;
  }

  #atom(): Marker {
    if (!this.#take('bracket', '(')) return this.#comparison();
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#failure();
    const marker = this.#or();
    if (!this.#take('bracket', ')')) throw this.#failure();
    this.#depth -= 1;
    return marker;
  }

  #comparison(): Marker {
    const left = this.#operand();
    const operator = this.#take('operator')?.replace(/\s+/, ' ');
    if (!operator) throw this.#failure();
    return { kind: 'compare', left, operator, right: this.#operand() };
  }

  #operand(): Operand {
    const text = this.#take('string');
    if (text) return { isVariable: false, text: text.slice(1, -1) };
    const name = this.#take('word');
    if (!name) throw this.#failure();
    return { isVariable: true, text: name };
  }

  /** The next token, if it is of this kind (and has this text). */
  #take(kind: 'string' | 'operator' | 'word' | 'bracket', text?: string): string | undefined {
    TOKEN.lastIndex = this.#at;
    const found = TOKEN.exec(this.#text)?.groups?.[kind];
    if (found === undefined || (text !== undefined && found !== text)) return undefined;
    this.#at = TOKEN.lastIndex;
    return found;
  }

  #failure(): PackageError {
    return new PackageError(`The condition “${this.#text.trim()}” of a requirement cannot be read.`);
  }
}
