import { linksOver } from '../links.suite.js';
import { datachannelTransports } from './transport.js';

linksOver('node-datachannel', datachannelTransports);
