import type { ValueKind } from './value-kinds';

/** What the meaning of an operator may depend on. */
export interface OperatorContext {
	/** Epoch milliseconds. */
	readonly now: number;
	/** The account's IANA zone. */
	readonly zone: string;
}

/** Tests the present values of one property: none when it is missing, several for a multi-value property. */
export type ValuesTest = (present: readonly unknown[]) => boolean;

/** One way to compare a property. Adding one means writing such an object and listing it in operators/index.ts. */
export interface Operator<Name extends string = string, Value = never> {
	/** As written in a rule. */
	readonly name: Name;
	/** As shown in a pick list. */
	readonly label: string;
	/** What the rule's `value` must be. */
	readonly value: ValueKind<Value>;
	/** Fixes value, now and zone; called once per rule, its result once per person or event. */
	compile(value: Value, context: OperatorContext): ValuesTest;
	/** The condition's end of a sentence, after the property's name: "is greater than 200". */
	describe(value: Value): string;
}

/** Keeps the literal type of the name. */
export function operator<const Name extends string, Value>(definition: Operator<Name, Value>): Operator<Name, Value> {
	return definition;
}

/** Holds when any present value passes: false when the property is missing. */
export function any(test: (value: unknown) => boolean): ValuesTest {
	return (present) => (present.length === 1 ? test(present[0]) : present.some(test));
}

/** Holds when no present value passes: true when the property is missing. */
export function none(test: (value: unknown) => boolean): ValuesTest {
	return (present) => !present.some(test);
}
