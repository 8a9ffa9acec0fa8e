import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { ConditionType } from '../../engine/segments';
import { nameField } from './name-fields';
import { referenceField } from './reference-fields';
import { detailFields, eventNamesField, filterFields, quantityField, timeWindowField } from './segment-event-fields';
import { interestFields } from './segment-interest-fields';
import { comparisonFields } from './segment-values';

type Named = INodePropertyOptions & { value: ConditionType };

/** In the order of use: people first, then events, then what has been put together elsewhere. */
const TYPES: Named[] = [
	{ name: 'Property of the Person', value: 'profile' },
	{ name: 'Did Event', value: 'did' },
	{ name: 'Did Not Do Event', value: 'didNot' },
	{ name: 'Did Any of Several Events', value: 'didAny' },
	{ name: 'Did None of Several Events', value: 'didNone' },
	{ name: 'First Time of an Event', value: 'first' },
	{ name: 'Last Time of an Event', value: 'last' },
	{ name: 'Interest', value: 'interest', description: 'At which hour, on which day or of which kind a person mostly does something' },
	{ name: 'In Saved Segment', value: 'inSegment' },
	{ name: 'Not in Saved Segment', value: 'notInSegment' },
	{ name: 'On Custom List', value: 'onList' },
	{ name: 'Not on Custom List', value: 'notOnList' },
	{ name: 'User Bucket', value: 'bucket', description: 'A fixed share of all people: everyone keeps a number from 0 to 999' },
];

/** Shown for some types of condition. */
function when(...type: ConditionType[]) {
	return { show: { type } };
}

const EVENT_TYPES = ['did', 'didNot', 'didAny', 'didNone', 'first', 'last'] as const;

const type: INodeProperties = {
	displayName: 'Condition',
	name: 'type',
	type: 'options',
	noDataExpression: true,
	options: TYPES,
	default: 'profile',
};

const event = nameField({
	displayName: 'Event',
	name: 'event',
	list: 'searchEventNames',
	required: true,
	displayOptions: when('did', 'didNot', 'first', 'last', 'interest'),
});

const property = nameField({
	displayName: 'Property',
	name: 'property',
	list: 'searchProfileProperties',
	required: true,
	displayOptions: when('profile'),
});

const references: INodeProperties[] = [
	referenceField({ kind: 'segment', displayName: 'Saved Segment', name: 'segment', required: true, displayOptions: when('inSegment', 'notInSegment') }),
	referenceField({ kind: 'list', displayName: 'Custom List', name: 'list', required: true, displayOptions: when('onList', 'notOnList') }),
].map((field) => ({ ...field, noDataExpression: true }));

/** 0 to 99 is one person in ten. */
const buckets = [
	{ displayName: 'From Bucket', name: 'bucketFrom', default: 0 },
	{ displayName: 'To Bucket', name: 'bucketTo', default: 99 },
].map((field): INodeProperties => {
	return {
		...field,
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 0, maxValue: 999 },
		displayOptions: when('bucket'),
		description: 'From 0 to 999, itself included. 0 to 99 is a tenth of all people.',
	};
});

/** Everything a condition of the builder can hold; what belongs to its type is shown. */
export const conditionFields: INodeProperties[] = [
	type,
	property,
	...comparisonFields(when('profile')),
	event,
	{ ...eventNamesField, displayOptions: when('didAny', 'didNone') },
	{ ...filterFields, displayOptions: when(...EVENT_TYPES) },
	...interestFields({ type: ['interest'] }),
	{ ...timeWindowField, displayOptions: when(...EVENT_TYPES, 'interest') },
	{ ...quantityField, displayOptions: when('did', 'didNot', 'didAny', 'didNone') },
	{ ...detailFields, displayOptions: when('first', 'last') },
	...references,
	...buckets,
];
