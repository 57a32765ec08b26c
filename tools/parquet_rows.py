#!/usr/bin/env python3
"""Rows of a Parquet file as CSV on standard output, in the order of time. underround import runs it: nothing that reads
Parquet in C++ is packaged for Debian 12.  parquet_rows.py FILE

Columns that import does not read are left out; times become whole numbers (milliseconds, or microseconds where the file
has them). A file that is not in the order of its time column is sorted in memory: about 250 bytes a row.
"""
import sys

try:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as csv
    import pyarrow.parquet as parquet
except ImportError:
    sys.stderr.write("reading Parquet needs Python with pyarrow: python3 -m venv pq && pq/bin/pip install pyarrow, then "
                     "'underround import --python pq/bin/python3 ...'\n")
    sys.exit(3)

TIMES = ("ts_ms", "timestamp_received", "ts")
LEFT_OUT = {"fee_rate_bps", "transaction_hash", "old_tick_size", "mid", "spread", "volume24hr", "segment", "mid_up",
            "mid_down", "spread_up", "spread_down", "imbalance5_up", "imbalance5_down", "first_ts", "last_ts", "n_snaps"}
ROWS = 1 << 18


def plain(column):
    """Times as whole numbers; repeated texts once."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        unit = "ms" if kind.unit in ("s", "ms") else "us"
        return column.cast(pa.timestamp(unit, kind.tz)).cast(pa.int64())
    if pa.types.is_fixed_size_binary(kind) or pa.types.is_binary(kind):
        column = column.cast(pa.binary()).cast(pa.string())
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return pc.dictionary_encode(column)
    return column


def ordered(column):
    """Is every chunk, and the step from one to the next, in order?"""
    before = None
    for chunk in column.chunks:
        if len(chunk) == 0:
            continue
        if before is not None and chunk[0].as_py() < before:
            return False
        if len(chunk) > 1 and not pc.all(pc.greater_equal(chunk.slice(1), chunk.slice(0, len(chunk) - 1))).as_py():
            return False
        before = chunk[-1].as_py()
    return True


def main(path):
    source = parquet.ParquetFile(path)
    names = [name for name in source.schema_arrow.names if name not in LEFT_OUT]
    groups = []
    for group in range(source.num_row_groups):
        table = source.read_row_group(group, columns=names)
        groups.append(pa.table({name: plain(table[name]) for name in names}))
    if not groups:
        sys.stdout.buffer.write((",".join(names) + "\n").encode())
        return
    table = pa.concat_tables(groups).unify_dictionaries()
    del groups
    time = next((name for name in TIMES if name in names), None)
    order = None
    if time is not None and not ordered(table[time]):
        order = pc.sort_indices(table, sort_keys=[(time, "ascending")])  # stable
    schema = pa.schema([(name, pa.string() if pa.types.is_dictionary(table.schema.field(name).type)
                         else table.schema.field(name).type) for name in names])
    with csv.CSVWriter(sys.stdout.buffer, schema, write_options=csv.WriteOptions(quoting_style="needed")) as out:
        for at in range(0, table.num_rows, ROWS):
            rows = table.slice(at, ROWS) if order is None else table.take(order.slice(at, ROWS))
            out.write_table(rows.cast(schema))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        main(sys.argv[1])
    except BrokenPipeError:
        sys.exit(1)
    except (pa.ArrowException, OSError) as error:
        sys.stderr.write(f"{sys.argv[1]}: {error}\n")
        sys.exit(1)
