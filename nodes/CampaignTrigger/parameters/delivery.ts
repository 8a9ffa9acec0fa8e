import type { INodeProperties } from 'n8n-workflow';

/** When messages may reach somebody: time zones, best time, cut-off, time to live. */
export const deliveryParameters: INodeProperties[] = [];
