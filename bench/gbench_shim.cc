// SPDX-License-Identifier: MIT
/*
 * Traps of Google Benchmark 1.7.1 that are closed here:
 * - without a fixed iteration count the function is called several times to find one;
 * - returning before the loop has ended, or asking again after it has, aborts the process;
 * - a bad --benchmark_out exits the process, a full disk goes unnoticed: reports stay in memory;
 * - the coefficient of variation of zeros is NaN, which JSON does not know;
 * - each flag's default comes from the environment: all of them are given explicitly;
 * - skipped benchmarks do not show in any return value.
 */
#include "gbench_shim.h"

#include <benchmark/benchmark.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

struct gb_state {
	benchmark::State &state;
	bool is_finished;
	bool is_skipped;
};

namespace
{

using run_list = std::vector<benchmark::BenchmarkReporter::Run>;

struct registered {
	std::string name;
	gb_benchmark benchmark;
};

/* Google Benchmark's registry is one per process, so what goes with it is as well. */
struct registry {
	std::deque<registered> benchmarks; /* a deque: the elements stay where they are */
	std::map<std::string, std::string> context;
	size_t nr_skipped = 0;
};

registry &the_registry()
{
	static registry instance;
	return instance;
}

/* Run a C entry point's body; no exception may reach the caller, who is C. */
template <typename Body> int guarded(Body body) noexcept
{
	try {
		return body();
	} catch (const std::bad_alloc &) {
		return -ENOMEM;
	} catch (...) {
		return -EIO;
	}
}

void run_one(benchmark::State &state, const gb_benchmark &benchmark)
{
	gb_state handle = { state, false, false };

	try {
		benchmark.run(&handle, benchmark.arg);
	} catch (...) {
		gb_skip(&handle, "the benchmark function threw an exception");
	}
	if (gb_next(&handle)) {
		gb_skip(&handle, "the benchmark function ended before its last iteration");
		gb_next(&handle);
	}
	the_registry().nr_skipped += handle.is_skipped;
}

bool is_finite(const benchmark::BenchmarkReporter::Run &run)
{
	return std::isfinite(run.real_accumulated_time) && std::isfinite(run.cpu_accumulated_time);
}

void drop_not_finite(benchmark::UserCounters &counters)
{
	for (auto it = counters.begin(); it != counters.end();)
		it = std::isfinite(it->second.value) ? std::next(it) : counters.erase(it);
}

template <typename Reporter> class only_finite : public Reporter
{
      public:
	using Reporter::Reporter;

	void ReportRuns(const run_list &runs) override
	{
		run_list finite;

		for (const benchmark::BenchmarkReporter::Run &run : runs) {
			if (!is_finite(run))
				continue;
			finite.push_back(run);
			drop_not_finite(finite.back().counters);
		}
		Reporter::ReportRuns(finite);
	}
};

using reporter = std::unique_ptr<benchmark::BenchmarkReporter>;

/* A table keeps its NaN: with a counter less in one row it would begin anew with other columns. */
reporter make_reporter(gb_format format, bool is_tabular, bool is_coloured)
{
	using console = benchmark::ConsoleReporter;
	const auto colour = is_coloured ? console::OO_Color : console::OO_None;

	if (format == GB_JSON)
		return reporter(new only_finite<benchmark::JSONReporter>);
	if (is_tabular)
		return reporter(new console(
			static_cast<console::OutputOptions>(console::OO_Tabular | colour)));
	return reporter(new only_finite<console>(colour));
}

/* Two reports of one run: one for people, one kept as text. Either may be absent. */
class two_reports : public benchmark::BenchmarkReporter
{
      public:
	two_reports(reporter first, reporter second)
	{
		for (reporter *r : { &first, &second })
			if (*r)
				reporters_.push_back(std::move(*r));
	}

	bool ReportContext(const Context &context) override
	{
		bool is_go = true;

		for (reporter &r : reporters_)
			is_go &= r->ReportContext(context);
		return is_go;
	}

	void ReportRuns(const run_list &runs) override
	{
		for (reporter &r : reporters_)
			r->ReportRuns(runs);
	}

	void Finalize() override
	{
		for (reporter &r : reporters_)
			r->Finalize();
	}

      private:
	std::vector<reporter> reporters_;
};

/* For listing: RunSpecifiedBenchmarks() prints the names to the reporter's streams. */
class no_report : public benchmark::BenchmarkReporter
{
      public:
	bool ReportContext(const Context &) override
	{
		return false;
	}
	void ReportRuns(const run_list &) override
	{
	}
};

/* What BENCHMARK_CONTEXT said, and what an earlier run left. */
void drop_context()
{
	std::map<std::string, std::string> *&context = benchmark::internal::GetGlobalContext();

	delete context;
	context = nullptr;
}

/* Every flag that 1.7.1 has, so that the environment decides nothing. */
void set_flags(const char *program, const char *filter, bool is_list)
{
	std::vector<std::string> words = {
		std::string("--benchmark_filter=") + (filter ? filter : ""),
		std::string("--benchmark_list_tests=") + (is_list ? "true" : "false"),
		"--benchmark_repetitions=1",
		"--benchmark_enable_random_interleaving=false",
		"--benchmark_min_time=0.5",
		"--benchmark_min_warmup_time=0",
		"--benchmark_report_aggregates_only=false",
		"--benchmark_display_aggregates_only=false",
		"--benchmark_format=console",
		"--benchmark_out_format=json",
		"--benchmark_out=",
		"--benchmark_color=auto",
		"--benchmark_counters_tabular=false",
		"--benchmark_perf_counters=",
		"--benchmark_context=",
		"--benchmark_time_unit=ns",
		"--v=0",
	};
	/* Reports print argv[0] later: it is kept by pointer. */
	std::vector<char *> argv = { const_cast<char *>(program ? program : "parkbench") };
	int argc = static_cast<int>(words.size()) + 1;

	for (std::string &word : words)
		argv.push_back(word.data());
	argv.push_back(nullptr);
	drop_context();
	benchmark::Initialize(&argc, argv.data());
	drop_context();
}

/* Google Benchmark appends "/iterations:N/..." to a name; names may hold slashes themselves. */
const registered *find_registered(const std::string &full_name)
{
	const registered *best = nullptr;

	for (const registered &entry : the_registry().benchmarks) {
		const size_t length = entry.name.size();

		if (full_name.compare(0, length, entry.name) != 0)
			continue;
		if (full_name.size() > length && full_name[length] != '/')
			continue;
		if (!best || length > best->name.size())
			best = &entry;
	}
	return best;
}

/* The full names that pass @filter, one per line; false: @filter is no regular expression. */
bool list_selected(const char *filter, std::ostringstream &names)
{
	std::ostringstream errors;
	no_report capture;

	capture.SetOutputStream(&names);
	capture.SetErrorStream(&errors);
	set_flags(nullptr, filter, true);
	return benchmark::RunSpecifiedBenchmarks(&capture) > 0 ||
	       errors.str().find("Failed to match any") != std::string::npos;
}

int run_and_report(const gb_settings &settings, gb_result *ret)
{
	const bool is_coloured = isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR");
	std::ostringstream text;
	reporter kept = make_reporter(settings.out_format, settings.is_tabular, false);
	reporter shown;

	kept->SetOutputStream(&text);
	kept->SetErrorStream(&text);
	if (!settings.is_silent)
		shown = make_reporter(settings.format, settings.is_tabular, is_coloured);
	two_reports both(std::move(shown), std::move(kept));

	set_flags(settings.program, settings.filter, false);
	for (const auto &line : the_registry().context)
		benchmark::AddCustomContext(line.first, line.second);
	the_registry().nr_skipped = 0;
	const size_t nr_run = benchmark::RunSpecifiedBenchmarks(&both);
	if (!nr_run)
		return -EIO;
	char *report = strdup(text.str().c_str());
	if (!report)
		return -ENOMEM;
	*ret = { nr_run, the_registry().nr_skipped, report };
	return 0;
}

} // namespace

int gb_register(const struct gb_benchmark *benchmark)
{
	return guarded([=] {
		registry &all = the_registry();

		if (!benchmark->name || !*benchmark->name || !benchmark->run)
			return -EINVAL;
		if (!benchmark->iterations || benchmark->iterations > INT64_MAX ||
		    !benchmark->repetitions || benchmark->repetitions > INT32_MAX)
			return -EINVAL;
		for (const registered &entry : all.benchmarks)
			if (entry.name == benchmark->name)
				return -EEXIST;
		all.benchmarks.push_back({ benchmark->name, *benchmark });
		registered &entry = all.benchmarks.back();
		entry.benchmark.name = entry.name.c_str();
		benchmark::RegisterBenchmark(
			entry.name.c_str(),
			[&entry](benchmark::State &state) { run_one(state, entry.benchmark); })
			->Iterations(
				static_cast<benchmark::IterationCount>(entry.benchmark.iterations))
			->Repetitions(static_cast<int>(entry.benchmark.repetitions))
			->Unit(benchmark->unit == GB_MICROSECOND ? benchmark::kMicrosecond
								 : benchmark::kNanosecond)
			->UseManualTime();
		return 0;
	});
}

void gb_clear(void)
{
	guarded([] {
		benchmark::ClearRegisteredBenchmarks();
		the_registry() = registry();
		return 0;
	});
}

int gb_context(const char *key, const char *value)
{
	return guarded([=] {
		if (!key || !*key)
			return -EINVAL;
		const bool is_new = the_registry().context.emplace(key, value ? value : "").second;

		return is_new ? 0 : -EEXIST;
	});
}

int gb_context_pairs(const char *pairs)
{
	return guarded([=] {
		std::istringstream items(pairs);
		std::string item;
		int err = 0;

		while (!err && std::getline(items, item, ',')) {
			const size_t equals = item.find('=');

			err = equals == std::string::npos
				      ? -EINVAL
				      : gb_context(item.substr(0, equals).c_str(),
						   item.substr(equals + 1).c_str());
		}
		return err;
	});
}

int gb_selected(const char *filter,
		void (*visit)(const struct gb_benchmark *benchmark, const char *full_name,
			      void *visit_arg),
		void *visit_arg)
{
	return guarded([=] {
		std::ostringstream names;
		std::string full_name;
		int nr = 0;

		if (the_registry().benchmarks.empty())
			return 0;
		if (!list_selected(filter, names))
			return -EINVAL;
		for (std::istringstream lines(names.str()); std::getline(lines, full_name); nr++) {
			const registered *entry = find_registered(full_name);

			if (!entry)
				return -EIO;
			visit(&entry->benchmark, full_name.c_str(), visit_arg);
		}
		return nr;
	});
}

int gb_run(const struct gb_settings *settings, struct gb_result *ret)
{
	return guarded([=] {
		const auto ignore = [](const gb_benchmark *, const char *, void *) {};
		const int nr = gb_selected(settings->filter, ignore, nullptr);

		if (nr <= 0)
			return nr ? nr : -ENOENT;
		return run_and_report(*settings, ret);
	});
}

bool gb_next(struct gb_state *state)
{
	state->is_finished = state->is_finished || !state->state.KeepRunning();
	return !state->is_finished;
}

void gb_set_time_ns(struct gb_state *state, uint64_t ns)
{
	state->state.SetIterationTime(static_cast<double>(ns) / 1e9);
}

int gb_counter(struct gb_state *state, const char *name, double value)
{
	return guarded([=] {
		if (!std::isfinite(value))
			return -EINVAL;
		state->state.counters[name] = benchmark::Counter(value);
		return 0;
	});
}

void gb_label(struct gb_state *state, const char *label)
{
	guarded([=] {
		state->state.SetLabel(label);
		return 0;
	});
}

void gb_skip(struct gb_state *state, const char *reason)
{
	guarded([=] {
		state->is_skipped = true;
		state->state.SkipWithError(reason);
		return 0;
	});
}
