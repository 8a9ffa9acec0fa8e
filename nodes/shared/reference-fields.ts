import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

/** What can be referred to; the lists are those of load-options.ts. */
const KINDS = {
	segment: { list: 'searchSegments', placeholder: 'Choose a saved segment', example: 'segment_0f1e2d3c4b5a6978' },
	list: { list: 'searchLists', placeholder: 'Choose a custom list', example: 'list_0f1e2d3c4b5a6978' },
};

/**
 * A field for a saved segment or custom list: chosen from the list, or given by ID or by name. Its value is read by
 * `nameOf` of name-fields: an id or a name, both of which the engine takes. The node needs `methods = { listSearch: nameLists }`.
 */
export function referenceField(
	field: Pick<INodeProperties, 'displayName' | 'name' | 'displayOptions' | 'description' | 'required'> & { kind: keyof typeof KINDS },
): INodeProperties {
	const { kind, ...rest } = field;
	const { list, placeholder, example } = KINDS[kind];
	return {
		...rest,
		type: 'resourceLocator',
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
			...textModes(example),
		],
	};
}

function textModes(example: string): INodePropertyMode[] {
	const modes = [
		['By ID', 'id', example],
		['By Name', 'name', 'VIP'],
	] as const;
	// eslint-disable-next-line n8n-nodes-base/node-param-default-missing -- modes of a locator, no parameters
	return modes.map(([displayName, name, placeholder]) => ({ displayName, name, type: 'string', placeholder: `e.g. ${placeholder}` }));
}
