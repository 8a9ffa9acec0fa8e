import type { INodeProperties } from 'n8n-workflow';

/** A list of name and value. */
export function pairs(displayName: string, name: string, itemName: string, extra: Partial<INodeProperties>): INodeProperties {
	return {
		displayName,
		name,
		type: 'fixedCollection',
		noDataExpression: true,
		typeOptions: { multipleValues: true },
		placeholder: `Add ${itemName}`,
		default: {},
		options: [
			{
				displayName: itemName,
				name: 'pairs',
				values: [
					{ displayName: 'Name', name: 'name', type: 'string', noDataExpression: true, default: '' },
					{ displayName: 'Value', name: 'value', type: 'string', noDataExpression: true, default: '' },
				],
			},
		],
		...extra,
	};
}
