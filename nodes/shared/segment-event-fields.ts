import type { INodeProperties } from 'n8n-workflow';

import { MEASURE_OPERATORS, OPERATORS } from '../../engine/segments';
import { nameField } from './name-fields';
import { comparisonFields, UNIT_OPTIONS } from './segment-values';

type Shown = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

/** What else a condition may ask of an event: when, how often or how much, and where. Each is added when it is needed. */
export function eventFields(show: Shown): INodeProperties[] {
	return [timeWindow, quantity, filters].map((field) => ({ ...field, displayOptions: { show } }));
}

/** Several of these make a filter: they hold for one and the same event. */
const filters: INodeProperties = {
	displayName: 'Where',
	name: 'filters',
	type: 'fixedCollection',
	placeholder: 'Add Property Filter',
	typeOptions: { multipleValues: true },
	default: {},
	description: 'Properties of the event; all of them on the same event',
	options: [
		{
			displayName: 'Filter',
			name: 'filter',
			values: [
				nameField({ displayName: 'Property', name: 'property', list: 'searchEventProperties', required: true }),
				...comparisonFields(),
			],
		},
	],
};

const timeWindow: INodeProperties = {
	displayName: 'When',
	name: 'when',
	type: 'fixedCollection',
	placeholder: 'Add Time Window',
	default: {},
	description: 'Without a time window: ever',
	options: [
		{
			displayName: 'Time Window',
			name: 'window',
			values: [
				{
					displayName: 'Window',
					name: 'window',
					type: 'options',
					noDataExpression: true,
					options: [
						{ name: 'In the Last', value: 'last' },
						{ name: 'Between Dates', value: 'between' },
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
				...['From', 'To'].map((end): INodeProperties => {
					return {
						displayName: end,
						name: `window${end}`,
						type: 'dateTime',
						noDataExpression: true,
						displayOptions: { show: { window: ['between'] } },
						default: '',
					};
				}),
			],
		},
	],
};

/** What `OrZero` at the end of a value means is said in read-segment.ts. */
const QUANTIFIERS: NonNullable<INodeProperties['options']> = [
	{ name: 'At Least Once', value: 'atLeastOnce' },
	{ name: 'Number of Times', value: 'count' },
	{ name: 'Number of Times, None Is 0', value: 'countOrZero' },
	{ name: 'Sum Of', value: 'sum' },
	{ name: 'Sum, None Is 0, Of', value: 'sumOrZero' },
	{ name: 'Average Of', value: 'average' },
	{ name: 'Average, None Is 0, Of', value: 'averageOrZero' },
];

const quantity: INodeProperties = {
	displayName: 'How Often or How Much',
	name: 'having',
	type: 'fixedCollection',
	placeholder: 'Add Number, Sum or Average',
	default: {},
	description: 'Without it: at least once. "None is 0" takes in people who never did the event.',
	options: [
		{
			displayName: 'Number, Sum or Average',
			name: 'quantity',
			values: [
				{
					displayName: 'Measure',
					name: 'quantifier',
					type: 'options',
					noDataExpression: true,
					options: QUANTIFIERS,
					default: 'count',
				},
				nameField({
					displayName: 'Property to Add Up',
					name: 'quantifierProperty',
					list: 'searchEventProperties',
					required: true,
					displayOptions: { show: { quantifier: ['sum', 'sumOrZero', 'average', 'averageOrZero'] } },
				}),
				{
					displayName: 'Comparison',
					name: 'quantifierOperator',
					type: 'options',
					noDataExpression: true,
					displayOptions: { hide: { quantifier: ['atLeastOnce'] } },
					options: MEASURE_OPERATORS.map((name) => ({ name: OPERATORS.find((one) => one.name === name)?.label ?? name, value: name })),
					default: 'at_least',
				},
				{
					displayName: 'Value',
					name: 'quantifierValue',
					type: 'string',
					noDataExpression: true,
					displayOptions: { hide: { quantifier: ['atLeastOnce'] } },
					default: '',
					placeholder: 'e.g. 3',
				},
				{
					displayName: 'Value To',
					name: 'quantifierValueTo',
					type: 'string',
					noDataExpression: true,
					displayOptions: { show: { quantifierOperator: ['between'] }, hide: { quantifier: ['atLeastOnce'] } },
					default: '',
					placeholder: 'e.g. 5',
				},
			],
		},
	],
};
