import type { INodeProperties } from 'n8n-workflow';

import { segmentParametersUnless } from '../../shared/segment-parameters';
import { storeParameter } from '../../shared/store';
import { deliveryParameters } from './delivery';
import { liveParameters } from './live';
import { naming, options } from './options';
import { scheduleParameters } from './schedule';
import { whoParameters } from './who';

export const campaignTriggerProperties: INodeProperties[] = [
	...scheduleParameters,
	...liveParameters,
	// People who are handed in are whoever the items name.
	...segmentParametersUnless({ schedule: ['items'] }),
	...deliveryParameters,
	...whoParameters,
	...naming,
	options,
	storeParameter,
];
