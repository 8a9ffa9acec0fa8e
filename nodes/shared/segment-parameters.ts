import type { INodeProperties } from 'n8n-workflow';

import { nameField } from './name-fields';
import { conditionFields } from './segment-condition-fields';
import { lineStart, LINES } from './segment-event-fields';

export { readSegment } from './read-segment';

type Shown = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

const conditions: INodeProperties = {
	displayName: 'Conditions',
	name: 'conditions',
	type: 'fixedCollection',
	placeholder: 'Add Condition',
	typeOptions: { multipleValues: true, sortable: true, hideEmptyMessage: true },
	default: {},
	options: [{ displayName: 'Condition', name: 'condition', values: conditionFields }],
};

/** Events that call the held property otherwise. */
const otherNames: INodeProperties = {
	displayName: 'Called Differently By',
	name: 'aliases',
	type: 'fixedCollection',
	placeholder: 'Add Event With Another Name for It',
	typeOptions: LINES,
	default: {},
	description: 'Events on which the property has another name: the event, and the name it has there',
	options: [
		{
			displayName: 'Other Name',
			name: 'alias',
			values: [
				lineStart,
				nameField({ displayName: 'Event', name: 'event', list: 'searchEventNames', placeholder: 'Event', required: true }),
				nameField({ displayName: 'Property', name: 'property', list: 'searchEventProperties', placeholder: 'Its property', required: true }),
			],
		},
	],
};

const sameValue: INodeProperties = {
	displayName: 'Same Value Of',
	name: 'same',
	type: 'fixedCollection',
	placeholder: 'Hold One Property Equal',
	typeOptions: { hideEmptyMessage: true },
	default: {},
	description:
		'All conditions of the group must hold for one and the same value of a property. For example: viewed a product and did not buy that product. Takes conditions on events only.',
	options: [
		{
			displayName: 'Property',
			name: 'held',
			values: [nameField({ displayName: 'Property', name: 'property', list: 'searchEventProperties', required: true }), otherNames],
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
			{ name: 'JSON Rule', value: 'json', description: 'For copying between workflows, and for rules written elsewhere' },
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
		typeOptions: { multipleValues: true, sortable: true, hideEmptyMessage: true },
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
							{ name: 'None of the Conditions', value: 'none' },
						],
						default: 'all',
						description: 'Whether people must match all conditions of the group, at least one, or not a single one',
					},
					conditions,
					sameValue,
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

/** The same parameters, not shown when other parameters of the node have certain values. */
export function segmentParametersUnless(hide: Shown): INodeProperties[] {
	return segmentParameters.map((property) => ({ ...property, displayOptions: { ...property.displayOptions, hide } }));
}

/** The same parameters, shown only when other parameters of the node have certain values. */
export function segmentParametersWhen(show: Shown): INodeProperties[] {
	return segmentParameters.map((property) => {
		return { ...property, displayOptions: { show: { ...show, ...property.displayOptions?.show } } };
	});
}
