import type { INodeProperties } from 'n8n-workflow';

/** Names that can be picked; the lists are those of load-options.ts. */
export type NameList = 'searchEventNames' | 'searchProfileProperties' | 'searchEventProperties';

/**
 * A field for the name of an event or property: a list of the names seen so far, where a name not yet seen can be
 * typed. Its value is read by `nameOf`. The node needs `methods = { listSearch: nameLists }`.
 */
export function nameField(
	field: Pick<INodeProperties, 'displayName' | 'name' | 'displayOptions' | 'description' | 'placeholder' | 'required'> & { list: NameList },
): INodeProperties {
	const { list, placeholder = 'Choose or type a name', ...rest } = field;
	return {
		...rest,
		type: 'resourceLocator',
		noDataExpression: true,
		default: { mode: 'list', value: '' },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder,
				// The credential is for one kind of store only: its absence must not keep the list from loading.
				typeOptions: { searchListMethod: list, searchable: true, skipCredentialsCheckInRLC: true },
			},
		],
	};
}

/** The name in a `nameField`, or in a plain text in its place, as workflows written by hand have it. */
export function nameOf(value: unknown): string {
	const name = typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
	return name === undefined || name === null ? '' : String(name);
}
