import { CampaignError } from '../errors';
import { compileEvent, compileInterest } from './compile-event';
import { eventKey } from './event-key';
import { compileOperator, type OperatorContext } from './operators';
import { bucketTest, everyTest, negatedTest, propertyTest, someTest, type PeopleTest } from './people-tests';
import type { CompiledRule, Plan, SamePlan } from './plan';
import type { Rule, SameRule } from './rule';

/**
 * `rule` must have passed `parseRule`.
 * @throws CampaignError `unresolved_segment` when it refers to a saved segment.
 */
export function compileRule(rule: Rule, context: OperatorContext): CompiledRule {
	const compiler = new Compiler(context);
	const root = compiler.plan(rule);
	return {
		root,
		now: context.now,
		leaves: compiler.leaves,
		peopleProperties: [...compiler.peopleProperties],
		bucketKeys: compiler.bucketKeys,
	};
}

/** As `compileRule`, for a constant property alone. */
export function compileSame({ same }: SameRule, context: OperatorContext): SamePlan {
	const rule = new Compiler(context).plan(same.rule);
	const names = eventNames(same.rule, () => true);
	const property = (name: string) =>
		typeof same.property === 'string' ? same.property : (byEventKey(same.property).get(name) as string);
	const done = eventNames(same.rule, (did) => did);
	return { kind: 'same', paths: new Map(names.map((name) => [name, property(name)])), rule, newest: done.length > 0 ? done : names };
}

class Compiler {
	readonly leaves: PeopleTest[] = [];

	readonly peopleProperties = new Set<string>();

	bucketKeys = false;

	constructor(private readonly context: OperatorContext) {}

	plan(rule: Rule): Plan {
		if (isAboutPeople(rule)) return this.leaf(this.peopleTest(rule));
		if ('all' in rule) return this.group('all', rule.all);
		if ('any' in rule) return this.group('any', rule.any);
		if ('not' in rule) return { kind: 'not', part: this.plan(rule.not) };
		if ('event' in rule) return compileEvent(rule, this.context);
		if ('interest' in rule) return compileInterest(rule, this.context);
		if ('list' in rule) return { kind: 'list', id: rule.list };
		if ('same' in rule) return compileSame(rule, this.context);
		if ('segment' in rule) throw unresolved(rule.segment);
		throw new Error(`A rule that parseRule refuses: ${Object.keys(rule).join(', ')}`);
	}

	/**
	 * Conditions on people become one part, the first: it is the cheapest, and events of people it excludes are not
	 * looked at.
	 */
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

	private peopleTest(rule: Rule): PeopleTest {
		if ('all' in rule) return everyTest(rule.all.map((part) => this.peopleTest(part)));
		if ('any' in rule) return someTest(rule.any.map((part) => this.peopleTest(part)));
		if ('not' in rule) return negatedTest(this.peopleTest(rule.not));
		if ('bucket' in rule) {
			this.bucketKeys = true;
			return bucketTest(rule.bucket);
		}
		const { profile, is, value } = rule as Extract<Rule, { profile: string }>;
		this.peopleProperties.add(profile);
		return propertyTest(profile, compileOperator(is, value, this.context));
	}
}

function isAboutPeople(rule: Rule): boolean {
	if ('all' in rule) return rule.all.every(isAboutPeople);
	if ('any' in rule) return rule.any.every(isAboutPeople);
	if ('not' in rule) return isAboutPeople(rule.not);
	return 'profile' in rule || 'bucket' in rule;
}

/** Of the event rules for whose `did` the test holds, each name once, as `eventKey` writes it. */
function eventNames(rule: Rule, test: (did: boolean) => boolean): string[] {
	if ('all' in rule) return unique(rule.all.flatMap((part) => eventNames(part, test)));
	if ('any' in rule) return unique(rule.any.flatMap((part) => eventNames(part, test)));
	if ('not' in rule) return eventNames(rule.not, test);
	return 'event' in rule && test(rule.did) ? unique([rule.event].flat().map(eventKey)) : [];
}

function unique(names: string[]): string[] {
	return [...new Set(names)];
}

function byEventKey(properties: Record<string, string>): Map<string, string> {
	return new Map(Object.entries(properties).map(([name, property]) => [eventKey(name), property]));
}

function unresolved(segment: string): CampaignError {
	return new CampaignError(
		'unresolved_segment',
		`The rule refers to the saved segment "${segment}", whose rule is not at hand here.`,
		'Ask the store, which knows saved segments, or put the rule of the segment in the place of the reference.',
	);
}
