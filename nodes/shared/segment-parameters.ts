import type { INodeProperties } from 'n8n-workflow';

import { nameField } from './name-fields';
import { eventFields } from './segment-event-fields';
import { comparisonFields } from './segment-values';

export { readSegment } from './read-segment';

type Shown = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

const PROFILE = { type: ['profile'] };
const EVENT = { type: ['did', 'didNot'] };

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
				...eventFields(EVENT),
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
