import type { INodeProperties } from 'n8n-workflow';

import { OPERATORS, UNITS, type ValueKindName } from '../../engine/segments';

type Shown = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

/**
 * The operator of a comparison and the inputs its value needs: at most three at once. Inputs of one name are never shown
 * together. `short`: for a line with little room.
 */
export function comparisonFields({ show, short = false }: { show?: Shown; short?: boolean } = {}): INodeProperties[] {
	return [
		{
			displayName: 'Operator',
			name: 'operator',
			type: 'options',
			noDataExpression: true,
			options: OPERATORS.map(({ name, label }) => ({ name: short ? shortened(label) : label, value: name })),
			default: 'equals',
			...(show && { displayOptions: { show } }),
		},
		...INPUTS.map(({ kinds, ...input }): INodeProperties => {
			return { ...input, noDataExpression: true, displayOptions: { show: { ...show, operator: operatorsOf(kinds) } } };
		}),
	];
}

/** "Is in the Last" as "In Last". */
function shortened(label: string): string {
	return capitalized(label.replace(/^(?:Is a |Is |Has Its )/, '').replace(/ the (Last|Next|Day|Dates)$/, ' $1'));
}

function capitalized(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}

/** For pick lists of units of time. */
export const UNIT_OPTIONS = UNITS.map((unit) => ({ name: capitalized(unit), value: unit }));

/** Inputs of one name are never shown together: their operators differ. Numbers are texts, so that empty is not 0. */
const INPUTS: Array<INodeProperties & { kinds: ValueKindName[] }> = [
	{ displayName: 'Value', name: 'value', type: 'string', default: '', placeholder: 'e.g. Lyon', kinds: ['scalar', 'text'] },
	{ displayName: 'Values', name: 'value', type: 'string', default: '', placeholder: 'e.g. gold, silver', kinds: ['list'] },
	{ displayName: 'Value', name: 'value', type: 'string', default: '', placeholder: 'e.g. 200', kinds: ['number'] },
	{ displayName: 'Version', name: 'value', type: 'string', default: '', placeholder: 'e.g. 2.10.1', kinds: ['version'] },
	{ displayName: 'Date', name: 'value', type: 'dateTime', default: '', kinds: ['date'] },
	{ displayName: 'From', name: 'value', type: 'string', default: '', placeholder: 'e.g. 10', kinds: ['numberRange'] },
	{ displayName: 'To', name: 'valueTo', type: 'string', default: '', placeholder: 'e.g. 20', kinds: ['numberRange'] },
	{ displayName: 'From', name: 'value', type: 'dateTime', default: '', kinds: ['dateRange'] },
	{ displayName: 'To', name: 'valueTo', type: 'dateTime', default: '', kinds: ['dateRange'] },
	{ displayName: 'Amount', name: 'amount', type: 'number', typeOptions: { minValue: 0 }, default: 30, kinds: ['duration'] },
	{ displayName: 'Unit', name: 'unit', type: 'options', options: UNIT_OPTIONS, default: 'days', kinds: ['duration'] },
	{ displayName: 'Latitude, Longitude', name: 'place', type: 'string', default: '', placeholder: 'e.g. 48.85, 2.35', kinds: ['place'] },
	{ displayName: 'Metres Around', name: 'metres', type: 'number', typeOptions: { minValue: 1 }, default: 5000, kinds: ['place'] },
];

function operatorsOf(kinds: ValueKindName[]): string[] {
	return OPERATORS.filter(({ value }) => kinds.includes(value)).map(({ name }) => name);
}
