import './shell/style/tokens.css';
import './shell/style/base.css';
import './shell/style/controls.css';
import './shell/shell.css';
// Used by several screens: part of the page's one style sheet, so that no screen fetches a separate file.
import './model/model-panel.css';

import {render} from 'preact';

import {App} from './shell/app.tsx';
import {registerServiceWorker} from './storage/offline-page.ts';

const root = document.getElementById('app');
if (root) render(<App />, root);
registerServiceWorker();
