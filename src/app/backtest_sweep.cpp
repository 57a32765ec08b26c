#include "app/backtest_sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <mutex>

#include "backtest/result_notes.hpp"
#include "base/json_writer.hpp"

namespace underround {
namespace {

using backtest::BacktestSettings;
using backtest::Results;

std::string variable_of(std::string_view key) {
  std::string name = "UNDERROUND_";
  for (const char c : key) {
    if (c == '.') {
      name += "__";
    } else {
      name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }
  return name;
}

Result<config::Config> config_with(const config::Config& base, const std::vector<SweepParameter>& parameters,
                                   const std::vector<std::string>& values) {
  config::Sources sources;
  for (std::size_t i = 0; i < parameters.size(); ++i) sources.environment[variable_of(parameters[i].key)] = values[i];
  auto loaded = config::load_text(config::to_toml(base), "sweep", sources);
  if (!loaded) return fail(ErrorCode::kInvalidInput, loaded.error().front().text());
  return loaded->config;
}

// Every combination, the last parameter turning fastest.
std::vector<std::vector<std::string>> combinations(const std::vector<SweepParameter>& parameters) {
  std::vector<std::vector<std::string>> all{{}};
  for (const SweepParameter& parameter : parameters) {
    std::vector<std::vector<std::string>> longer;
    for (const auto& start : all) {
      for (const std::string& value : parameter.values) {
        longer.push_back(start);
        longer.back().push_back(value);
      }
    }
    all = std::move(longer);
  }
  return all;
}

Result<std::pair<Nanos, Nanos>> span_of(const StudySettings& study) {
  auto data = backtest::MarketData::open(study.folders);
  if (!data) return std::unexpected(data.error());
  Nanos first{INT64_MAX}, last{};
  while (const auto frame = data->next()) {
    first = std::min(first, frame->front().header.time);
    last = frame->front().header.time;
  }
  if (!data->problem().empty()) return fail(ErrorCode::kInvalidInput, data->problem());
  if (last.ns == 0) return fail(ErrorCode::kNotFound, "the recordings hold no events");
  if (study.run.from.ns != 0) first = std::max(first, study.run.from);
  if (study.run.to.ns != 0) last = std::min(last, study.run.to);
  return std::pair{first, last};
}

std::vector<SweepFold> walk_forward(const std::vector<SweepRow>& rows, const std::vector<Nanos>& borders) {
  std::vector<SweepFold> walk;
  for (std::size_t k = 1; k + 1 < borders.size(); ++k) {
    const auto before = [k](const SweepRow& row) {
      Usd total;
      for (std::size_t i = 0; i < k; ++i) total += row.folds[i];
      return total;
    };
    SweepFold fold{.from = borders[k], .to = borders[k + 1], .chosen = 0, .in_sample = {}, .out_sample = {}};
    for (std::size_t r = 1; r < rows.size(); ++r) {
      if (before(rows[r]) > before(rows[fold.chosen])) fold.chosen = r;
    }
    fold.in_sample = before(rows[fold.chosen]);
    fold.out_sample = rows[fold.chosen].folds[k];
    walk.push_back(fold);
  }
  return walk;
}

std::string warning_of(const Sweep& sweep) {
  const std::size_t trials = sweep.rows.size();
  if (trials < 2) return "One combination only: nothing was chosen.";
  std::string words =
      fmt::format("The best of {} combinations is partly luck: chance alone makes some of them look good.", trials);
  const auto& returns = sweep.best_after_luck.returns;
  if (returns.probability_after_luck) {
    words += fmt::format(
        " After allowing for that (deflated Sharpe ratio), the probability that the best one has any edge is {:.0f} %.",
        *returns.probability_after_luck * 100);
  } else {
    words += " This recording is too thin to say how much (no deflated Sharpe ratio can be given).";
  }
  if (!sweep.walk.empty()) {
    words += fmt::format(" Chosen on the past and traded on what followed, it made {}.",
                         backtest::usd_text(sweep.walk_total));
  }
  return words;
}

}  // namespace

Result<Sweep> run_sweep(const SweepSettings& settings) {
  Sweep sweep{.parameters = settings.parameters,
              .rows = {},
              .best_after_luck = {},
              .walk = {},
              .walk_total = {},
              .warning = {}};
  std::size_t count = 1;
  for (const SweepParameter& parameter : settings.parameters) {
    count *= std::max<std::size_t>(1, parameter.values.size());
    if (parameter.values.empty() || count > SweepSettings::kMostCombinations) {
      return fail(ErrorCode::kInvalidInput, parameter.values.empty() ? parameter.key + ": no values"
                                                                     : fmt::format("more than {} combinations",
                                                                                   SweepSettings::kMostCombinations));
    }
  }
  std::vector<config::Config> configs;
  for (auto& values : combinations(settings.parameters)) {
    auto config = config_with(settings.study.config, settings.parameters, values);
    if (!config) return std::unexpected(config.error());
    configs.push_back(std::move(*config));
    sweep.rows.push_back({std::move(values), {}, std::vector<Usd>(settings.folds)});
  }
  const auto span = span_of(settings.study);
  if (!span) return std::unexpected(span.error());
  const std::size_t folds = settings.folds < 2 ? 0 : settings.folds;
  std::vector<Nanos> borders;
  for (std::size_t k = 0; k <= folds && folds > 0; ++k) {
    borders.push_back(span->first + Nanos{(span->second - span->first).ns / static_cast<std::int64_t>(folds) *
                                          static_cast<std::int64_t>(k)});
  }

  // One job is one row on the whole recording, or on one piece of it.
  const std::size_t jobs_per_row = 1 + folds;
  std::mutex mutex;
  std::optional<Error> error;
  std::optional<backtest::RunLog> best;
  std::size_t done = 0;
  const std::size_t jobs = configs.size() * jobs_per_row;
  on_all_cores(jobs, settings.study.threads, [&](std::size_t job) {
    const std::size_t row = job / jobs_per_row, piece = job % jobs_per_row;
    BacktestSettings run = settings.study.run;
    run.progress = nullptr;
    if (piece > 0) {
      run.from = borders[piece - 1];
      run.to = borders[piece];
    }
    auto ran = run_once(settings.study, run, configs[row]);
    backtest::ResultsSettings wanted = settings.study.results;
    if (piece > 0) wanted.resamples = 1;  // only its P&L is looked at
    Results results;
    if (ran) results = results_of(ran->log, wanted);
    const std::lock_guard lock(mutex);
    if (!ran) {
      error = ran.error();
    } else if (piece > 0) {
      sweep.rows[row].folds[piece - 1] = results.pnl;
    } else {
      // The first of those that made most.
      if (!best || std::pair{results.pnl, sweep.best} > std::pair{sweep.rows[sweep.best].results.pnl, row}) {
        best = std::move(ran->log);
        sweep.best = row;
      }
      sweep.rows[row].results = std::move(results);
    }
    if (settings.study.progress) settings.study.progress(++done, jobs);
  });
  if (error) return std::unexpected(*error);

  // Judged as the best of so many.
  backtest::ResultsSettings judged = settings.study.results;
  judged.trials = sweep.rows.size();
  std::vector<double> ratios;
  for (const SweepRow& row : sweep.rows) {
    if (row.results.returns.sharpe) ratios.push_back(row.results.returns.sharpe->value);
  }
  if (const auto deviation = backtest::statistics::standard_deviation(ratios)) {
    judged.trials_variance = *deviation * *deviation;
  }
  sweep.best_after_luck = results_of(*best, judged);
  if (folds > 0) sweep.walk = walk_forward(sweep.rows, borders);
  for (const SweepFold& fold : sweep.walk) sweep.walk_total += fold.out_sample;
  sweep.warning = warning_of(sweep);
  return sweep;
}

std::string sweep_json(const Sweep& sweep) {
  fmt::memory_buffer buffer;
  JsonWriter json(buffer);
  const auto values = [&](const SweepRow& row) {
    json.key("values");
    json.begin_object();
    for (std::size_t i = 0; i < sweep.parameters.size(); ++i) json.field(sweep.parameters[i].key, row.values[i]);
    json.end_object();
  };
  json.begin_object();
  json.field("trials", sweep.rows.size());
  json.field("warning", sweep.warning);
  json.key("best");
  json.begin_object();
  values(sweep.rows[sweep.best]);
  const Results& best = sweep.best_after_luck;
  json.field("pnl_usd_micros", best.pnl.micros);
  json.field("sharpe_per_period", best.returns.sharpe ? std::optional(best.returns.sharpe->value) : std::nullopt);
  json.field("best_of_trials_by_luck", best.returns.best_of_trials_by_luck);
  json.field("probability_after_luck", best.returns.probability_after_luck);
  json.field("verdict", best.verdict.text);
  json.end_object();
  json.key("walk_forward");
  json.begin_object();
  json.field("out_of_sample_pnl_usd_micros", sweep.walk_total.micros);
  json.key("folds");
  json.begin_array();
  for (const SweepFold& fold : sweep.walk) {
    json.begin_object();
    json.field("from_ns", fold.from.ns);
    json.field("to_ns", fold.to.ns);
    values(sweep.rows[fold.chosen]);
    json.field("in_sample_pnl_usd_micros", fold.in_sample.micros);
    json.field("out_of_sample_pnl_usd_micros", fold.out_sample.micros);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  json.key("runs");
  json.begin_array();
  for (const SweepRow& row : sweep.rows) {
    const Results& r = row.results;
    json.begin_object();
    values(row);
    json.field("pnl_usd_micros", r.pnl.micros);
    json.field("pnl_low_usd_micros", r.pnl_interval ? std::optional(r.pnl_interval->low.micros) : std::nullopt);
    json.field("pnl_high_usd_micros", r.pnl_interval ? std::optional(r.pnl_interval->high.micros) : std::nullopt);
    json.field("sharpe_per_period", r.returns.sharpe ? std::optional(r.returns.sharpe->value) : std::nullopt);
    json.field("plans", r.trades.plans);
    json.field("fills", r.maker.fills + r.taker.fills);
    json.field("fees_usd_micros", r.parts.fees.micros);
    json.field("verdict", to_string(r.verdict.kind));
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return fmt::to_string(buffer);
}

std::string sweep_text(const Sweep& sweep) {
  std::string text = sweep.warning + "\n\n";
  for (const SweepParameter& parameter : sweep.parameters) text += fmt::format("{:<28} ", parameter.key);
  text += fmt::format("{:>16} {:>7} {:>7}\n", "P&L", "plans", "fills");
  std::vector<std::size_t> order(sweep.rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair{-sweep.rows[i].results.pnl, i}; });
  for (const std::size_t i : order) {
    const SweepRow& row = sweep.rows[i];
    for (const std::string& value : row.values) text += fmt::format("{:<28} ", value);
    text += fmt::format("{:>16} {:>7} {:>7}\n", backtest::usd_text(row.results.pnl), row.results.trades.plans,
                        row.results.maker.fills + row.results.taker.fills);
  }
  for (const SweepFold& fold : sweep.walk) {
    text += fmt::format("\nchosen on {} before: {}; then it made {}", backtest::usd_text(fold.in_sample),
                        fmt::join(sweep.rows[fold.chosen].values, ", "), backtest::usd_text(fold.out_sample));
  }
  return text + (sweep.walk.empty() ? "" : "\n");
}

}  // namespace underround
