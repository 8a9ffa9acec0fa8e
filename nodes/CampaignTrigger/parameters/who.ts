import type { INodeProperties } from 'n8n-workflow';

/** Who of those that qualify gets it: control groups, limits, safety check. */
export const whoParameters: INodeProperties[] = [];
