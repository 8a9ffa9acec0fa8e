import type { INodeProperties } from 'n8n-workflow';

import { MEASURE_OPERATORS, type MeasureOperatorName } from '../../engine/segments';
import { nameField } from './name-fields';
import { comparisonFields, UNIT_OPTIONS } from './segment-values';

/*
 * What a condition may ask of events: which, where, when, how often or how much. Each is added when it is needed, and is
 * one line: labels are not shown in it, so that placeholders and options have to speak for themselves.
 */

const LINE = { hideEmptyMessage: true, fixedCollection: { layout: 'inline' as const } };
export const LINES = { multipleValues: true, ...LINE };

/**
 * The first field of a line. n8n gives the first one all the width it asks for and shares the rest among the others;
 * after this one, an empty heading that asks for none, the fields that can be seen share the line evenly. That matters
 * in triggers, which have a narrow pane.
 */
export const lineStart: INodeProperties = {
	displayName: '',
	name: 'line',
	type: 'notice',
	noDataExpression: true,
	// Not `true`, for which n8n would indent every field after it.
	typeOptions: { sectionHeader: 1 as unknown as boolean },
	default: '',
};

/** The names of several events. */
export const eventNamesField: INodeProperties = {
	displayName: 'Events',
	name: 'events',
	type: 'fixedCollection',
	placeholder: 'Add Event',
	typeOptions: LINES,
	default: {},
	options: [
		{
			displayName: 'Event',
			name: 'event',
			values: [lineStart, nameField({ displayName: 'Event', name: 'event', list: 'searchEventNames', required: true })],
		},
	],
};

/** Several of these make a filter: they hold for one and the same event. */
export const filterFields: INodeProperties = {
	displayName: 'Where',
	name: 'filters',
	type: 'fixedCollection',
	placeholder: 'Add Property Filter',
	typeOptions: LINES,
	default: {},
	description: 'Only events with these properties count; all of them on the same event',
	options: [{ displayName: 'Filter', name: 'filter', values: eventProperty() }],
};

/** What the first or last event is like; unlike filters they do not decide which one that is. */
export const detailFields: INodeProperties = {
	displayName: 'And That One Event Has',
	name: 'details',
	type: 'fixedCollection',
	placeholder: 'Add Detail of That One Event',
	typeOptions: LINES,
	default: {},
	description: 'What the first or last event must be like. Which event is the first or last is decided by "Where" alone.',
	options: [{ displayName: 'Detail', name: 'filter', values: eventProperty() }],
};

function eventProperty(): INodeProperties[] {
	return [
		lineStart,
		nameField({ displayName: 'Property', name: 'property', list: 'searchEventProperties', placeholder: 'Property', required: true }),
		...comparisonFields({ short: true }),
	];
}

export const timeWindowField: INodeProperties = {
	displayName: 'When',
	name: 'when',
	type: 'fixedCollection',
	placeholder: 'Add Time Window',
	typeOptions: LINE,
	default: {},
	description: 'Without a time window: ever. Between two dates, either may be left empty.',
	options: [
		{
			displayName: 'Time Window',
			name: 'window',
			values: [
				lineStart,
				{
					displayName: 'Window',
					name: 'window',
					type: 'options',
					noDataExpression: true,
					options: [
						{ name: 'In the Last', value: 'last' },
						{ name: 'Between Dates', value: 'between' },
						{ name: 'Since', value: 'since' },
						{ name: 'Ever', value: 'ever' },
					],
					default: 'last',
				},
				{
					displayName: 'Amount',
					name: 'windowAmount',
					type: 'number',
					noDataExpression: true,
					typeOptions: { minValue: 0 },
					displayOptions: { show: { window: ['last'] } },
					default: 30,
				},
				{
					displayName: 'Unit',
					name: 'windowUnit',
					type: 'options',
					noDataExpression: true,
					displayOptions: { show: { window: ['last'] } },
					options: UNIT_OPTIONS,
					default: 'days',
				},
				dateField('From', 'windowFrom', ['between', 'since']),
				dateField('To', 'windowTo', ['between']),
			],
		},
	],
};

function dateField(displayName: string, name: string, window: string[]): INodeProperties {
	return { displayName, name, type: 'dateTime', noDataExpression: true, displayOptions: { show: { window } }, default: '', placeholder: displayName };
}

/** What `OrZero` at the end of a value means is said in read-segment.ts. Nobody without an event has a smallest or greatest value. */
const QUANTIFIERS: NonNullable<INodeProperties['options']> = [
	{ name: 'Number of Times', value: 'count' },
	{ name: 'Number of Times (None Is 0)', value: 'countOrZero' },
	{ name: 'Different Days', value: 'distinctDays' },
	{ name: 'Different Days (None Is 0)', value: 'distinctDaysOrZero' },
	{ name: 'Sum Of', value: 'sum' },
	{ name: 'Sum (None Is 0) Of', value: 'sumOrZero' },
	{ name: 'Average Of', value: 'average' },
	{ name: 'Average (None Is 0) Of', value: 'averageOrZero' },
	{ name: 'Smallest', value: 'min' },
	{ name: 'Greatest', value: 'max' },
	{ name: 'Different Values Of', value: 'distinct' },
	{ name: 'Different Values (None Is 0) Of', value: 'distinctOrZero' },
	{ name: 'At Least Once', value: 'atLeastOnce' },
];

/** Short, for the line has up to five fields. */
const COMPARISONS: Record<MeasureOperatorName, string> = {
	equals: 'Exactly',
	not_equals: 'Not',
	greater_than: 'Over',
	at_least: 'At Least',
	less_than: 'Under',
	at_most: 'At Most',
	between: 'Between',
};

const OF_PROPERTY = ['sum', 'sumOrZero', 'average', 'averageOrZero', 'min', 'max', 'distinct', 'distinctOrZero'];

export const quantityField: INodeProperties = {
	displayName: 'How Often or How Much',
	name: 'having',
	type: 'fixedCollection',
	placeholder: 'Add Number, Sum or Average',
	typeOptions: LINE,
	default: {},
	description: 'Without it: at least once. "None Is 0" takes in people who have no such event.',
	options: [
		{
			displayName: 'Number, Sum or Average',
			name: 'quantity',
			values: [
				lineStart,
				{
					displayName: 'Measure',
					name: 'quantifier',
					type: 'options',
					noDataExpression: true,
					options: QUANTIFIERS,
					default: 'count',
				},
				nameField({
					displayName: 'Measured Property',
					name: 'quantifierProperty',
					list: 'searchEventProperties',
					placeholder: 'Property',
					required: true,
					displayOptions: { show: { quantifier: OF_PROPERTY } },
				}),
				{
					displayName: 'Comparison',
					name: 'quantifierOperator',
					type: 'options',
					noDataExpression: true,
					displayOptions: { hide: { quantifier: ['atLeastOnce'] } },
					options: MEASURE_OPERATORS.map((value) => ({ name: COMPARISONS[value], value })),
					default: 'at_least',
				},
				numberField('Value', 'quantifierValue', 'e.g. 3'),
				numberField('Value To', 'quantifierValueTo', 'e.g. 5', { quantifierOperator: ['between'] }),
			],
		},
	],
};

/** A text, so that empty is not 0. */
function numberField(displayName: string, name: string, placeholder: string, show?: Record<string, string[]>): INodeProperties {
	const displayOptions = { ...(show && { show }), hide: { quantifier: ['atLeastOnce'] } };
	return { displayName, name, type: 'string', noDataExpression: true, displayOptions, default: '', placeholder };
}
