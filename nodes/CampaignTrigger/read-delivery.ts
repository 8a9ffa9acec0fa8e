import { PLAIN_DELIVERY, type DeliveryRules } from '../../engine/campaigns/delivery-rules';
import type { Read } from './read-schedule';

export function readDelivery(_parameter: Read): DeliveryRules {
	return PLAIN_DELIVERY;
}
