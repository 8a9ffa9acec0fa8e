import { NodeOperationError, type IExecuteFunctions, type ILoadOptionsFunctions, type ITriggerFunctions } from 'n8n-workflow';

import {
	builderToRule,
	errorText,
	OPERATORS,
	parseRule,
	type BuilderCondition,
	type BuilderFilter,
	type BuilderValue,
	type Rule,
	type ValueFields,
} from '../../engine/segments';
import { nameOf } from './name-fields';

/** What `segmentParameters` hold: as BuilderValue, but rows of optional fields lie in lists of their own. */
interface FormFields extends Omit<ValueFields, 'latitude' | 'longitude'> {
	property?: unknown;
	operator?: string;
	/** "latitude, longitude" */
	place?: string;
}

interface FormCondition extends FormFields {
	type?: 'profile' | 'did' | 'didNot';
	event?: unknown;
	when?: { window?: Pick<BuilderCondition, 'window' | 'windowAmount' | 'windowUnit' | 'windowFrom' | 'windowTo'> };
	having?: { quantity?: FormQuantity };
	filters?: { filter?: FormFields[] };
}

interface FormQuantity extends Pick<BuilderCondition, 'quantifierOperator' | 'quantifierValue' | 'quantifierValueTo'> {
	/** With `OrZero` at its end, people who never did the event count with 0. */
	quantifier?: string;
	quantifierProperty?: unknown;
}

interface FormGroup {
	combine?: 'all' | 'any';
	conditions?: { condition?: FormCondition[] };
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

function groupsOf(form: { group?: FormGroup[] } | undefined): BuilderValue['groups'] {
	const group = (form?.group ?? []).map(({ combine, conditions }) => {
		return { combine, conditions: { condition: (conditions?.condition ?? []).map(conditionOf) } };
	});
	return { group };
}

function conditionOf(form: FormCondition): BuilderCondition {
	const { type = 'profile', event, when, having, filters } = form;
	if (type === 'profile') return { type, ...comparisonOf(form) };
	const { quantifier, quantifierProperty, ...comparison } = having?.quantity ?? {};
	return {
		type: 'event',
		did: type,
		event: nameOf(event),
		window: 'ever',
		...when?.window,
		...comparison,
		quantifier: (quantifier?.replace(/OrZero$/, '') ?? 'atLeastOnce') as BuilderCondition['quantifier'],
		quantifierProperty: nameOf(quantifierProperty),
		includeZero: quantifier?.endsWith('OrZero') ?? false,
		filters: { filter: (filters?.filter ?? []).map(comparisonOf) },
	};
}

/** Fields of other operators than the chosen one may be there, too; the engine leaves them aside. */
function comparisonOf({ property, operator, place, value, valueTo, amount, unit, metres }: FormFields): BuilderFilter {
	const numbers = NUMBER_OPERATORS.has(operator ?? '');
	const [latitude, longitude] = (place ?? '').split(',');
	return {
		property: nameOf(property),
		operator,
		value: numbers ? numeric(value) : value,
		valueTo: numbers ? numeric(valueTo) : valueTo,
		amount,
		unit,
		latitude,
		longitude,
		metres,
	};
}

const NUMBER_OPERATORS = new Set<string>(OPERATORS.filter(({ value }) => /^number/.test(value)).map(({ name }) => name));

/** "200" as 200, for a tidy rule. What does not read back the same stays text, and is judged as such. */
function numeric<Value>(value: Value): Value | number {
	return typeof value === 'string' && String(Number(value)) === value.trim() ? Number(value) : value;
}
