using System.CommandLine;
using Jangteo.Bench;

var kind = new Option<string>("--kind") { Description = "Which kind of trade.", DefaultValueFactory = _ => "second-hand" };
var clients = new Option<int>("--clients") { Description = "How many trade at once.", DefaultValueFactory = _ => 32 };
var seconds = new Option<int>("--seconds") { Description = "How long is measured, after 15 s of warm-up.", DefaultValueFactory = _ => 20 };
var json = new Option<bool>("--json") { Description = "One JSON object a figure." };
var split = new Option<bool>("--split") { Description = "Compares all modules in one process with each in a process of its own, instead." };
var trades = new Command("trades", "Plays whole trades over HTTP, and compares them with a hand-written script that writes the same rows.") { kind, clients, seconds, split, json };
trades.SetAction((parsed, ct) => parsed.GetValue(split)
    ? ShapesBench.Run(parsed.GetValue(kind)!, parsed.GetValue(clients), parsed.GetValue(seconds), parsed.GetValue(json), ct)
    : TradesBench.Run(parsed.GetValue(kind)!, parsed.GetValue(clients), parsed.GetValue(seconds), parsed.GetValue(json), ct));
// What is stopped stops its market first, which takes a moment.
return await new RootCommand("How fast Jangteo is, in ratios measured in one run.") { trades }.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
