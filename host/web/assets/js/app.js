// Makes pages that work without it nicer. Each module looks for its own marks in the page.
import { startBusy } from './busy.js';
import { startChooseActions } from './choose_actions.js';
import { startCloseWindow } from './close_window.js';
import { startConnect } from './connect.js';
import { startCopyButtons } from './copy.js';
import { startFilters } from './filter.js';
import { startFrame } from './frame.js';
import { startLiveLists } from './live_list.js';
import { startOwners } from './owners.js';
import { startReload } from './reload.js';
import { localTimes } from './times.js';

localTimes(document);
startBusy();
startChooseActions();
startCloseWindow();
startConnect();
startCopyButtons();
startFilters();
startFrame();
startLiveLists();
startOwners();
startReload();
