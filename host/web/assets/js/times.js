// Times come in UTC; here they are written in the visitor's own zone.
export function localTimes(root) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: 'medium', timeStyle: 'short',
  });
  for (const time of root.querySelectorAll('time[datetime]')) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    if (time.title) time.title = format.format(date);
    else time.textContent = format.format(date);
  }
}
