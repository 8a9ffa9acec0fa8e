import { parseDate, shift } from './dates';
import { eventKey } from './event-key';
import { figureTest } from './figures';
import { compileOperator, type OperatorContext } from './operators';
import type { EventPlan, FigurePlan, InterestPlan, MeasurePlan, Plan, PropertyTest } from './plan';
import type { EventRule, Having, InterestRule, PropertyCondition, Window } from './rule';

interface Span {
	from: number;
	to: number;
}

export function compileEvent(rule: EventRule, context: OperatorContext): Plan {
	const plan = rule.occurrence ? occurrence(rule, rule.occurrence, context) : measured(rule, context);
	return rule.did ? plan : { kind: 'not', part: plan };
}

function measured(rule: EventRule, context: OperatorContext): EventPlan {
	const measure: MeasurePlan = rule.having ? figure(rule.having) : { kind: 'atLeastOne' };
	return eventPlan(rule, spanOf(rule.when, context), measure, context);
}

/**
 * The first event ever lies in the window when there is one in it and none before it; the last one likewise. Whether
 * there is one takes no look at times. Which one it is needs to be known only where it has to be as wanted, and only of
 * people who have such an event in the window at all.
 */
function occurrence(rule: EventRule, which: 'first' | 'last', context: OperatorContext): Plan {
	const { event, where = [], that = [] } = rule;
	const window = spanOf(rule.when, context);
	const anyIn = (span: Span, conditions: PropertyCondition[]) =>
		eventPlan({ event, where: conditions }, span, { kind: 'atLeastOne' }, context);
	const outside = which === 'first' ? { from: -Infinity, to: justBefore(window.from) } : { from: justAfter(window.to), to: context.now };
	const parts: Plan[] = [anyIn(window, [...where, ...that])];
	if (outside.from <= outside.to && outside.to !== -Infinity) parts.push({ kind: 'not', part: anyIn(outside, where) });
	if (that.length > 0) parts.push(eventPlan(rule, window, { kind: 'occurrence', which, that: tests(that, context) }, context));
	return { kind: 'all', parts };
}

export function compileInterest({ interest }: InterestRule, context: OperatorContext): EventPlan {
	const of = typeof interest.of === 'string' ? interest.of : { path: interest.of.property };
	const kind = interest.is === 'predominantly' ? 'predominantly' : 'share';
	const measure: InterestPlan = { kind, of, value: interest.value, percent: interest.percent ?? 0 };
	return eventPlan({ event: interest.event }, spanOf(interest.when, context), measure, context);
}

function eventPlan(
	{ event, where }: Pick<EventRule, 'event' | 'where'>,
	span: Span,
	measure: MeasurePlan,
	context: OperatorContext,
): EventPlan {
	const conditions = tests(where, context);
	const names = [event].flat().map(eventKey);
	const properties = [...new Set([...conditions.map(({ path }) => path), ...pathsOf(measure)])];
	return { kind: 'event', names, ...span, where: conditions, measure, properties, times: needsTimes(measure) };
}

function pathsOf(measure: MeasurePlan): string[] {
	if ('path' in measure) return measure.path === '' ? [] : [measure.path];
	if ('that' in measure) return measure.that.map(({ path }) => path);
	return 'of' in measure && typeof measure.of === 'object' ? [measure.of.path] : [];
}

function needsTimes(measure: MeasurePlan): boolean {
	if (measure.kind === 'occurrence' || measure.kind === 'distinctDays') return true;
	return 'of' in measure && typeof measure.of === 'string';
}

function figure(having: Having): FigurePlan {
	return {
		kind: having.measure,
		path: 'property' in having ? having.property : '',
		test: figureTest(having.is, having.value),
		includeZero: having.includeZero === true,
	};
}

function tests(conditions: PropertyCondition[] = [], context: OperatorContext): PropertyTest[] {
	return conditions.map(({ property, is, value }) => ({ path: property, test: compileOperator(is, value, context) }));
}

/** Events after `now` do not exist yet. */
function spanOf(when: Window | undefined, { now, zone }: OperatorContext): Span {
	if (when === undefined) return { from: -Infinity, to: now };
	if ('last' in when) return { from: shift(now, { amount: when.last, unit: when.unit }, -1, zone), to: now };
	const [from, to] = [parseDate(when.from, zone), parseDate(when.to, zone)];
	return { from: from ?? -Infinity, to: Math.min(to ?? now, now) };
}

/** Instants may have fractions: a step that is smaller than any of theirs. */
function justBefore(instant: number): number {
	return instant - step(instant);
}

function justAfter(instant: number): number {
	return instant + step(instant);
}

function step(instant: number): number {
	return Number.isFinite(instant) ? Math.max(Math.abs(instant) * 2 ** -52, Number.MIN_VALUE) : 0;
}
