import { everyMessageOnce } from './everyMessageOnce.js'
import { SolapiStandIn } from './standIns.js'

everyMessageOnce('Solapi', () => new SolapiStandIn())
