// The books panel: one line a book, five levels a side when opened.
import { byId, make, setClass, setText, setTitle } from './dom';
import * as format from './format';
import type { Book, Level, Rows } from './state';

const kDepth = 5;

interface Side {
  size: HTMLElement;
  price: HTMLElement;
}

class BookCard {
  readonly element = make('details', 'book');
  private readonly dot = make('span', 'dot');
  private readonly label = make('span', 'label');
  private readonly outcome = make('span', 'outcome');
  private readonly bid = make('span', 'num bid');
  private readonly ask = make('span', 'num ask');
  private readonly age = make('span', 'num age');
  private readonly rows: { bid: Side; ask: Side }[] = [];

  constructor() {
    const summary = make('summary');
    const name = make('span', 'book-name');
    name.append(this.dot, this.label, this.outcome);
    summary.append(name, this.bid, this.ask, this.age);
    const ladder = make('div', 'ladder');
    ladder.append(...['Size', 'Bid', 'Ask', 'Size'].map((text) => make('span', 'head', text)));
    for (let i = 0; i < kDepth; i += 1) {
      const bid = { size: make('span', 'num bar bar-bid'), price: make('span', 'num bid') };
      const ask = { size: make('span', 'num bar bar-ask'), price: make('span', 'num ask') };
      ladder.append(bid.size, bid.price, ask.price, ask.size);
      this.rows.push({ bid, ask });
    }
    this.element.append(summary, ladder);
  }

  update(book: Book): void {
    setText(this.label, book.label);
    setTitle(this.label, book.label);
    setText(this.outcome, book.outcome);
    setText(this.bid, format.price(book.bids[0]?.[0] ?? null));
    setText(this.ask, format.price(book.asks[0]?.[0] ?? null));
    setText(this.age, format.age(book.age_ms));
    setClass(this.dot, book.consistent ? 'dot good' : 'dot warn');
    setTitle(this.dot, book.consistent ? 'consistent: fit for a decision' : 'not consistent: nothing trades on this book');
    if (!this.element.open) return;
    const largest = Math.max(1, ...book.bids.map((l) => l[1]), ...book.asks.map((l) => l[1]));
    this.rows.forEach((row, i) => {
      fill(row.bid, book.bids[i], largest);
      fill(row.ask, book.asks[i], largest);
    });
  }
}

function fill(side: Side, level: Level | undefined, largest: number): void {
  setText(side.price, level === undefined ? '' : format.price(level[0]));
  setText(side.size, level === undefined ? '' : format.shares(level[1]));
  side.size.style.setProperty('--fill', `${level === undefined ? 0 : (100 * level[1]) / largest}%`);
}

export class BooksPanel {
  private readonly list = byId('book-list');
  private readonly head = byId('book-head');
  private readonly empty = byId('book-empty');
  private readonly badge = byId('book-count');
  private readonly cards: BookCard[] = [];
  private last: Book[] = [];

  update(books: Rows<Book>): void {
    this.last = books.rows;
    this.empty.hidden = books.rows.length > 0;
    this.head.hidden = books.rows.length === 0;
    setText(this.badge, books.total > books.rows.length ? `${books.rows.length} of ${format.count(books.total)}` : books.total > 0 ? String(books.total) : '');
    while (this.cards.length > books.rows.length) this.cards.pop()?.element.remove();
    books.rows.forEach((book, i) => {
      let card = this.cards[i];
      if (card === undefined) {
        card = new BookCard();
        const added = card;
        added.element.open = i === 0;
        added.element.addEventListener('toggle', () => {
          const shown = this.last[i];
          if (shown !== undefined) added.update(shown);
        });
        this.cards.push(card);
        this.list.append(card.element);
      }
      card.update(book);
    });
  }
}
