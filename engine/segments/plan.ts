import { bucketOf } from './bucket';
import { rowTest, type PeopleBatch } from './columns';
import { parseDate, shift } from './dates';
import { eventKey } from './event-key';
import { compileOperator, type OperatorContext } from './operators';
import type { Comparison, EventRule, Having, MeasureName, PropertyCondition, Rule, Window } from './rule';

/** Tests the rows of a batch of people; made once per batch. */
export type PeopleTest = (batch: PeopleBatch) => (row: number) => boolean;

/** A rule made ready to run: values, `now` and zone are fixed, and whatever concerns people alone is one test. */
export type Plan =
	| { kind: 'people'; leaf: number }
	| { kind: 'all' | 'any'; parts: Plan[] }
	| { kind: 'not'; part: Plan }
	| EventPlan;

export interface EventPlan {
	kind: 'event';
	did: boolean;
	/** As `eventKey` writes it. */
	name: string;
	/** First and last instant, both included. */
	from: number;
	to: number;
	where: PropertyTest[];
	having?: HavingPlan;
	occurrence?: 'first' | 'last';
	that: PropertyTest[];
	/** All paths the rule reads of these events. */
	properties: string[];
}

export interface PropertyTest {
	path: string;
	test: (cell: unknown) => boolean;
}

export interface HavingPlan {
	measure: MeasureName;
	/** Empty for measures of events. */
	path: string;
	test: (measured: number) => boolean;
	includeZero: boolean;
}

export interface CompiledRule {
	root: Plan;
	/** Epoch milliseconds: no event after it exists yet. */
	now: number;
	/** Tests of `people` plans, by their `leaf`. */
	leaves: PeopleTest[];
	/** All paths the rule reads of people. */
	peopleProperties: string[];
	/** Whether it asks for buckets. */
	bucketKeys: boolean;
}

/** `rule` must have passed `parseRule`. */
export function compileRule(rule: Rule, context: OperatorContext): CompiledRule {
	const compiler = new Compiler(context);
	const root = compiler.plan(rule);
	return { root, now: context.now, leaves: compiler.leaves, peopleProperties: [...compiler.peopleProperties], bucketKeys: compiler.bucketKeys };
}

class Compiler {
	readonly leaves: PeopleTest[] = [];
	readonly peopleProperties = new Set<string>();
	bucketKeys = false;

	constructor(private readonly context: OperatorContext) {}

	plan(rule: Rule): Plan {
		const test = this.peopleTest(rule);
		if (test) return this.leaf(test);
		if ('all' in rule) return this.group('all', rule.all);
		if ('any' in rule) return this.group('any', rule.any);
		if ('not' in rule) return { kind: 'not', part: this.plan(rule.not) };
		if ('event' in rule) return this.event(rule);
		throw new Error(`A rule that parseRule refuses: ${Object.keys(rule).join(', ')}`);
	}

	/** Conditions on people become one part, the first: it is the cheapest, and events of people it excludes are not looked at. */
	private group(kind: 'all' | 'any', rules: Rule[]): Plan {
		const aboutPeople = rules.filter(isAboutPeople);
		const others = rules.filter((rule) => !isAboutPeople(rule));
		const merged = aboutPeople.length > 0 ? [kind === 'all' ? { all: aboutPeople } : { any: aboutPeople }] : [];
		return { kind, parts: [...merged, ...others].map((rule) => this.plan(rule)) };
	}

	private leaf(test: PeopleTest): Plan {
		this.leaves.push(test);
		return { kind: 'people', leaf: this.leaves.length - 1 };
	}

	private peopleTest(rule: Rule): PeopleTest | undefined {
		if (!isAboutPeople(rule)) return undefined;
		if ('all' in rule) return every(rule.all.map((part) => this.peopleTest(part) as PeopleTest), true);
		if ('any' in rule) return every(rule.any.map((part) => this.peopleTest(part) as PeopleTest), false);
		if ('not' in rule) return negated(this.peopleTest(rule.not) as PeopleTest);
		if ('bucket' in rule) {
			this.bucketKeys = true;
			return bucketTest(rule.bucket);
		}
		if (!('profile' in rule)) return undefined;
		this.peopleProperties.add(rule.profile);
		const test = this.compile(rule);
		return (batch) => rowTest(batch.property(rule.profile), test);
	}

	private event(rule: EventRule): EventPlan {
		const where = this.tests(rule.where);
		const that = this.tests(rule.that);
		const having = rule.having && this.having(rule.having);
		const paths = [...where, ...that].map((each) => each.path);
		if (having?.path) paths.push(having.path);
		return {
			kind: 'event',
			did: rule.did,
			name: eventKey(rule.event as string),
			...this.window(rule.when),
			where,
			having,
			occurrence: rule.occurrence,
			that,
			properties: [...new Set(paths)],
		};
	}

	/** Events after `now` do not exist yet. */
	private window(when: Window | undefined): { from: number; to: number } {
		const { now, zone } = this.context;
		if (when === undefined) return { from: -Infinity, to: now };
		if ('last' in when) return { from: shift(now, { amount: when.last, unit: when.unit }, -1, zone), to: now };
		const [from, to] = [parseDate(when.from, zone), parseDate(when.to, zone)];
		return { from: from ?? -Infinity, to: Math.min(to ?? now, now) };
	}

	private having(having: Having): HavingPlan {
		return {
			measure: having.measure,
			path: 'property' in having ? having.property : '',
			test: this.compile(having),
			includeZero: having.includeZero === true,
		};
	}

	private tests(conditions: PropertyCondition[] = []): PropertyTest[] {
		return conditions.map((condition) => ({ path: condition.property, test: this.compile(condition) }));
	}

	private compile({ is, value }: Comparison): (cell: unknown) => boolean {
		return compileOperator(is, value, this.context);
	}
}

function isAboutPeople(rule: Rule): boolean {
	if ('all' in rule) return rule.all.every(isAboutPeople);
	if ('any' in rule) return rule.any.every(isAboutPeople);
	if ('not' in rule) return isAboutPeople(rule.not);
	return 'profile' in rule || 'bucket' in rule;
}

/** All tests pass (`wanted` true), or some test does (`wanted` false). */
function every(tests: PeopleTest[], wanted: boolean): PeopleTest {
	return (batch) => {
		const rows = tests.map((test) => test(batch));
		return (row) => {
			for (const passes of rows) if (passes(row) !== wanted) return !wanted;
			return wanted;
		};
	};
}

function negated(test: PeopleTest): PeopleTest {
	return (batch) => {
		const passes = test(batch);
		return (row) => !passes(row);
	};
}

function bucketTest({ from, to }: { from: number; to: number }): PeopleTest {
	return (batch) => (row) => {
		const bucket = bucketOf(batch.bucketKeys.get(row) as number);
		return bucket >= from && bucket <= to;
	};
}
