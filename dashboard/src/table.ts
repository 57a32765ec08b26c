// A table that is updated in place. Rows are matched by position: the server already sends them in order.
//   const table = new Table(byId('orders'), columns, 'No open orders.');  table.update(state.orders);
import { make, setClass, setText, setTitle } from './dom';
import type { Rows } from './state';
import { count } from './format';

export interface Cell {
  text: string;
  sub?: string; // second line, shown on a phone only
  className?: string;
  title?: string;
}

export interface Column<Row> {
  head: string;
  hint?: string; // explanation on hover
  className?: string; // num: right-aligned figures; wide: takes the free room; lo: dropped on a phone
  cell(row: Row): Cell | string;
}

export class Table<Row> {
  private readonly body: HTMLTableSectionElement;
  private readonly empty: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly badge: HTMLElement;

  constructor(
    panel: HTMLElement,
    private readonly columns: Column<Row>[],
    emptyText: string,
    emptyHint: string,
    private readonly rowClass: (row: Row) => string = () => '',
  ) {
    const title = panel.querySelector('h2');
    if (title === null) throw new Error('panel without a heading');
    this.badge = make('span', 'count');
    title.append(this.badge);

    this.scroller = make('div', 'scroll');
    this.scroller.tabIndex = 0;
    this.scroller.setAttribute('role', 'region');
    this.scroller.setAttribute('aria-label', title.firstChild?.textContent ?? '');
    const table = make('table');
    const head = make('tr');
    for (const column of columns) {
      const th = make('th', column.className ?? '', column.head);
      th.scope = 'col';
      if (column.hint !== undefined) th.title = column.hint;
      head.append(th);
    }
    const thead = make('thead');
    thead.append(head);
    this.body = make('tbody');
    table.append(thead, this.body);
    this.scroller.append(table);

    this.empty = make('div', 'empty');
    this.empty.append(make('p', '', emptyText), make('p', 'hint', emptyHint));
    panel.append(this.scroller, this.empty);
    this.scroller.hidden = true;
  }

  update(data: Rows<Row>): void {
    const none = data.rows.length === 0;
    this.scroller.hidden = none;
    this.empty.hidden = !none;
    setText(this.badge, data.total > data.rows.length ? `${data.rows.length} of ${count(data.total)}` : none ? '' : String(data.total));
    while (this.body.rows.length > data.rows.length) this.body.deleteRow(-1);
    data.rows.forEach((row, i) => this.updateRow(this.body.rows[i] ?? this.addRow(), row));
  }

  private addRow(): HTMLTableRowElement {
    const tr = this.body.insertRow();
    for (const _ of this.columns) tr.insertCell().append(make('span', 'main'));
    return tr;
  }

  private updateRow(tr: HTMLTableRowElement, row: Row): void {
    setClass(tr, this.rowClass(row));
    this.columns.forEach((column, i) => {
      const td = tr.cells[i];
      const main = td?.firstElementChild;
      if (td === undefined || !main) return;
      const result = column.cell(row);
      const cell: Cell = typeof result === 'string' ? { text: result } : result;
      setText(main, cell.text);
      setClass(td, `${column.className ?? ''} ${cell.className ?? ''}`.trim());
      setTitle(td, cell.title ?? '');
      if (cell.sub !== undefined) {
        if (td.children.length < 2) td.append(make('span', 'sub'));
        const sub = td.children[1];
        if (sub !== undefined) setText(sub, cell.sub);
      }
    });
  }
}
