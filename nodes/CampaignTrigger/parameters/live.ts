import type { INodeProperties } from 'n8n-workflow';

/** Which events bring people in: shown for live campaigns. */
export const liveParameters: INodeProperties[] = [];
