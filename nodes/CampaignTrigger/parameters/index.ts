import type { INodeProperties } from 'n8n-workflow';

import { segmentParameters } from '../../shared/segment-parameters';
import { storeParameter } from '../../shared/store';
import { deliveryParameters } from './delivery';
import { liveParameters } from './live';
import { naming, options } from './options';
import { scheduleParameters } from './schedule';
import { whoParameters } from './who';

export const campaignTriggerProperties: INodeProperties[] = [
	...scheduleParameters,
	...liveParameters,
	...segmentParameters,
	...deliveryParameters,
	...whoParameters,
	...naming,
	options,
	storeParameter,
];
