import type { INodeProperties } from 'n8n-workflow';

import { MEASURE_OPERATORS, OPERATORS } from '../../engine/segments';
import { nameField } from './name-fields';
import { comparisonFields, UNIT_OPTIONS } from './segment-values';

export { readSegment } from './read-segment';

type Shown = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

const PROFILE = { type: ['profile'] };
const EVENT = { type: ['did', 'didNot'] };

/** Several of these make a filter: they hold for one and the same event. */
const filters: INodeProperties = {
	displayName: 'Where',
	name: 'filters',
	type: 'fixedCollection',
	placeholder: 'Add Property Filter',
	typeOptions: { multipleValues: true, fixedCollection: { layout: 'inline' } },
	displayOptions: { show: EVENT },
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
	typeOptions: { fixedCollection: { layout: 'inline' } },
	displayOptions: { show: EVENT },
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
					],
					default: 'last',
				},
				{
					displayName: 'Window Amount',
					name: 'windowAmount',
					type: 'number',
					noDataExpression: true,
					typeOptions: { minValue: 0 },
					displayOptions: { show: { window: ['last'] } },
					default: 30,
				},
				{
					displayName: 'Window Unit',
					name: 'windowUnit',
					type: 'options',
					noDataExpression: true,
					displayOptions: { show: { window: ['last'] } },
					options: UNIT_OPTIONS,
					default: 'days',
				},
				...['From', 'To'].map((end): INodeProperties => {
					return {
						displayName: `Window ${end}`,
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
	typeOptions: { fixedCollection: { layout: 'inline' } },
	displayOptions: { show: EVENT },
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
					options: MEASURE_OPERATORS.map((name) => ({ name: OPERATORS.find((one) => one.name === name)?.label ?? name, value: name })),
					default: 'at_least',
				},
				{
					displayName: 'Comparison Value',
					name: 'quantifierValue',
					type: 'string',
					noDataExpression: true,
					default: '',
					placeholder: 'e.g. 3',
				},
				{
					displayName: 'Comparison Value To',
					name: 'quantifierValueTo',
					type: 'string',
					noDataExpression: true,
					displayOptions: { show: { quantifierOperator: ['between'] } },
					default: '',
					placeholder: 'e.g. 5',
				},
			],
		},
	],
};

const conditions: INodeProperties = {
	displayName: 'Conditions',
	name: 'conditions',
	type: 'fixedCollection',
	placeholder: 'Add Condition',
	typeOptions: { multipleValues: true, sortable: true },
	default: {},
	options: [
		{
			displayName: 'Condition',
			name: 'condition',
			values: [
				{
					displayName: 'Condition',
					name: 'type',
					type: 'options',
					noDataExpression: true,
					options: [
						{ name: 'Property of the Person', value: 'profile' },
						{ name: 'Did Event', value: 'did' },
						{ name: 'Did Not Do Event', value: 'didNot' },
					],
					default: 'profile',
				},
				nameField({
					displayName: 'Property',
					name: 'property',
					list: 'searchProfileProperties',
					required: true,
					displayOptions: { show: PROFILE },
				}),
				...comparisonFields(PROFILE),
				nameField({
					displayName: 'Event',
					name: 'event',
					list: 'searchEventNames',
					required: true,
					displayOptions: { show: EVENT },
				}),
				timeWindow,
				quantity,
				filters,
			],
		},
	],
};

/** Who is meant: the segment builder, or the same as a JSON rule. Read by `readSegment`; the node needs `methods = { listSearch: nameLists }`. */
export const segmentParameters: INodeProperties[] = [
	{
		displayName: 'Segment',
		name: 'segmentMode',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Builder', value: 'builder', description: 'Put conditions together' },
			{ name: 'JSON Rule', value: 'json', description: 'For rules that the builder has no form for, and for copying between workflows' },
		],
		default: 'builder',
		description: 'How to say who belongs to the segment',
	},
	{
		displayName: 'Match',
		name: 'segmentCombine',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'All Groups', value: 'all' },
			{ name: 'Any Group', value: 'any' },
		],
		default: 'all',
		displayOptions: { show: { segmentMode: ['builder'] } },
		description: 'Whether people must match all groups or at least one',
	},
	{
		displayName: 'Groups',
		name: 'segmentGroups',
		type: 'fixedCollection',
		placeholder: 'Add Group',
		typeOptions: { multipleValues: true, sortable: true },
		default: {},
		displayOptions: { show: { segmentMode: ['builder'] } },
		options: [
			{
				displayName: 'Group',
				name: 'group',
				values: [
					{
						displayName: 'Match in Group',
						name: 'combine',
						type: 'options',
						noDataExpression: true,
						options: [
							{ name: 'All Conditions', value: 'all' },
							{ name: 'Any Condition', value: 'any' },
						],
						default: 'all',
						description: 'Whether people must match all conditions of the group or at least one',
					},
					conditions,
				],
			},
		],
	},
	{
		displayName: 'Rule (JSON)',
		name: 'segmentRule',
		type: 'json',
		noDataExpression: true,
		typeOptions: { rows: 12 },
		default: '',
		required: true,
		displayOptions: { show: { segmentMode: ['json'] } },
		description:
			'For example { "profile": "city", "is": "equals", "value": "Lyon" }. { "all": [] } is everyone. The Preview of the Segment Filter node shows the JSON of what the builder holds.',
	},
];

/** The same parameters, shown only when other parameters of the node have certain values. */
export function segmentParametersWhen(show: Shown): INodeProperties[] {
	return segmentParameters.map((property) => {
		return { ...property, displayOptions: { show: { ...show, ...property.displayOptions?.show } } };
	});
}
