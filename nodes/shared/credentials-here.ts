import type { INodeProperties } from 'n8n-workflow';

/**
 * Where n8n's editor shows the credentials of a node. Without it they stand before the last parameter that one of them depends
 * on: that is Store, below all the options. It has no value.
 */
export const credentialsHere: INodeProperties = { displayName: 'Credentials', name: 'credentials', type: 'credentials', noDataExpression: true, default: '' };
