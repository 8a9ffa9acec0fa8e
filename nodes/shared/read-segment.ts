import { NodeOperationError, type IExecuteFunctions, type ILoadOptionsFunctions, type ITriggerFunctions } from 'n8n-workflow';

import {
	builderToRule,
	errorText,
	parseRule,
	type BuilderCondition,
	type BuilderFilter,
	type BuilderGroup,
	type BuilderSame,
	type BuilderValue,
	type Rule,
} from '../../engine/segments';
import { nameOf } from './name-fields';

/** What `segmentParameters` hold: a BuilderValue whose names are fields of their own kind and whose lists lie one deeper. */
interface FormFilter extends Omit<BuilderFilter, 'property'> {
	property?: unknown;
}

interface FormCondition extends FormFilter, Omit<BuilderCondition, keyof BuilderFilter | 'event' | 'events' | 'filters' | 'details' | 'segment' | 'list' | 'interestProperty'> {
	event?: unknown;
	events?: { event?: Array<{ event?: unknown }> };
	filters?: { filter?: FormFilter[] };
	details?: { filter?: FormFilter[] };
	when?: { window?: Pick<BuilderCondition, 'window' | 'windowAmount' | 'windowUnit' | 'windowFrom' | 'windowTo'> };
	having?: { quantity?: FormQuantity };
	interestProperty?: unknown;
	segment?: unknown;
	list?: unknown;
}

interface FormQuantity extends Pick<BuilderCondition, 'quantifierOperator' | 'quantifierValue' | 'quantifierValueTo'> {
	/** With `OrZero` at its end, people who have no such event count with 0. */
	quantifier?: string;
	quantifierProperty?: unknown;
}

interface FormGroup extends Pick<BuilderGroup, 'combine'> {
	conditions?: { condition?: FormCondition[] };
	same?: { held?: FormSame };
}

interface FormSame {
	property?: unknown;
	aliases?: { alias?: Array<{ event?: unknown; property?: unknown }> };
}

type Context = IExecuteFunctions | ITriggerFunctions | ILoadOptionsFunctions;

/**
 * The rule that the parameters mean, whichever way it was put in. Throws one NodeOperationError that names everything
 * that is wrong with it.
 */
export function readSegment(context: Context, itemIndex = 0): { rule: Rule; warnings: string[] } {
	const result =
		parameter(context, 'segmentMode', itemIndex) === 'json'
			? fromJson(parameter(context, 'segmentRule', itemIndex))
			: builderToRule({
					combine: parameter(context, 'segmentCombine', itemIndex) as BuilderValue['combine'],
					groups: groupsOf(parameter(context, 'segmentGroups', itemIndex) as { group?: FormGroup[] } | undefined),
				});
	if ('errors' in result) {
		throw new NodeOperationError(context.getNode(), `The segment cannot be used. ${result.errors.join('; ')}`, {
			description: 'Correct these places under "Segment". Nobody is selected by a segment that is not entirely clear.',
			itemIndex,
			level: 'warning',
		});
	}
	const everyone = 'all' in result.rule && result.rule.all.length === 0;
	return { rule: result.rule, warnings: everyone ? ['The rule { "all": [] } means everyone in the store.'] : [] };
}

function parameter(context: Context, name: string, itemIndex: number): unknown {
	if ('getInputData' in context) return context.getNodeParameter(name, itemIndex, undefined);
	return 'getCurrentNodeParameter' in context ? context.getCurrentNodeParameter(name) : context.getNodeParameter(name);
}

function fromJson(text: unknown): { rule: Rule } | { errors: string[] } {
	if (text === undefined || text === null || (typeof text === 'string' && text.trim() === '')) {
		return { errors: ['The JSON rule is empty: write one, or choose the builder'] };
	}
	const parsed = parseRule(text);
	return 'rule' in parsed ? parsed : { errors: parsed.errors.map(errorText) };
}

function groupsOf(form: { group?: FormGroup[] } | undefined): BuilderGroup[] {
	return (form?.group ?? []).map(({ combine, conditions, same }) => {
		return { combine, conditions: (conditions?.condition ?? []).map(conditionOf), same: same?.held && sameOf(same.held) };
	});
}

function sameOf({ property, aliases }: FormSame): BuilderSame {
	const named = (aliases?.alias ?? []).map((alias) => ({ event: nameOf(alias.event), property: nameOf(alias.property) }));
	return { property: nameOf(property), aliases: named };
}

/** Fields of other types than the chosen one may be there, too; the engine leaves them aside. */
function conditionOf(form: FormCondition): BuilderCondition {
	const { events, filters, details, when, having, ...fields } = form;
	return {
		...filterOf(fields),
		event: nameOf(form.event),
		events: (events?.event ?? []).map(({ event }) => nameOf(event)),
		filters: (filters?.filter ?? []).map(filterOf),
		details: (details?.filter ?? []).map(filterOf),
		...when?.window,
		...quantityOf(having?.quantity ?? { quantifier: 'atLeastOnce' }),
		interestProperty: nameOf(form.interestProperty),
		segment: nameOf(form.segment),
		list: nameOf(form.list),
	};
}

function filterOf<Fields extends { property?: unknown }>(fields: Fields): Fields & { property: string } {
	return { ...fields, property: nameOf(fields.property) };
}

function quantityOf({ quantifier = 'count', quantifierProperty, ...comparison }: FormQuantity): Partial<BuilderCondition> {
	return {
		...comparison,
		quantifier: quantifier.replace(/OrZero$/, '') as BuilderCondition['quantifier'],
		quantifierProperty: nameOf(quantifierProperty),
		includeZero: quantifier.endsWith('OrZero'),
	};
}
