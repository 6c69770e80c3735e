using System.CommandLine;
using Jangteo.Bench;
using Jangteo.Bench.Abuse;
using Jangteo.Bench.Chaos;
using Jangteo.Bench.Pages;
using Jangteo.Bench.Rehearsing;

var kind = new Option<string>("--kind") { Description = "Which kind of trade.", DefaultValueFactory = _ => "second-hand" };
var clients = new Option<int>("--clients") { Description = "How many trade at once.", DefaultValueFactory = _ => 32 };
var seconds = new Option<int>("--seconds") { Description = "How long is measured, after a warm-up.", DefaultValueFactory = _ => 20 };
var json = new Option<bool>("--json") { Description = "One JSON object a figure." };
var split = new Option<bool>("--split") { Description = "Each module in a process of its own; of trades: both shapes, compared." };
var trades = new Command("trades", "Plays whole trades over HTTP, and compares them with a hand-written script that writes the same rows.") { kind, clients, seconds, split, json };
trades.SetAction((parsed, ct) => parsed.GetValue(split)
    ? ShapesBench.Run(parsed.GetValue(kind)!, parsed.GetValue(clients), parsed.GetValue(seconds), parsed.GetValue(json), ct)
    : TradesBench.Run(parsed.GetValue(kind)!, parsed.GetValue(clients), parsed.GetValue(seconds), parsed.GetValue(json), ct));

var overload = new Command("overload", "Payments are too slow, and nobody stops asking: how fast those who are held off are told so.") { clients, seconds, split, json };
overload.SetAction((parsed, ct) => OverloadBench.Run(parsed.GetValue(clients), parsed.GetValue(seconds), parsed.GetValue(split), parsed.GetValue(json), ct));

var minutes = new Option<double>("--minutes") { Description = "How long a process is killed every 2 s, and each of the servers every 20 s.", DefaultValueFactory = _ => 1 };
var brokerAway = new Option<int>("--broker-away") { Description = "How many seconds RabbitMQ is held down afterwards." };
var messages = new Option<int>("--messages") { Description = "How many messages have to wait before RabbitMQ comes back, also when the seconds are over." };
var viewsAway = new Option<int>("--views-away") { Description = "During how many trades Views is held down after that; then a second process makes the views anew, and compares." };
var seed = new Option<int>("--seed") { Description = "Decides what is done by whom and who dies.", DefaultValueFactory = _ => Environment.TickCount & 0xffff };
var restWithin = new Option<int>("--rest-within") { Description = "How many seconds everything may take to come to rest after the last kill.", DefaultValueFactory = _ => 60 };
var readyWithin = new Option<int>("--ready-within")
{
    Description = "How many seconds a killed process may take to be ready again. Several start at once, so that it depends on the processors.",
    DefaultValueFactory = _ => 5,
};
var chaos = new Command("chaos", "Trades on a market whose modules run apart, while they and their servers are killed: nothing that was acknowledged may be lost.")
{
    minutes, clients, brokerAway, messages, viewsAway, restWithin, readyWithin, seed, json,
};
chaos.SetAction((parsed, ct) => new ChaosBench(
    new Plan(
        parsed.GetValue(clients), parsed.GetValue(seed), TimeSpan.FromMinutes(parsed.GetValue(minutes)), TimeSpan.FromSeconds(parsed.GetValue(brokerAway)), parsed.GetValue(messages), parsed.GetValue(viewsAway),
        TimeSpan.FromSeconds(parsed.GetValue(restWithin)), TimeSpan.FromSeconds(parsed.GetValue(readyWithin))),
    parsed.GetValue(json)).Run(ct));

var small = new Option<bool>("--small") { Description = "A tenth of everything, and nothing is timed: only what is refused counts." };
var gateway = new Option<bool>("--gateway") { Description = "The same again through the gateway." };
var program = new Option<string?>("--program") { Description = "The Jangteo.dll to attack, such as one of an earlier version." };
var abuse = new Command("abuse", "One client that is not signed in attacks a market while eight people trade: they must be refused nothing, and hardly be slower.") { small, gateway, program, json };
abuse.SetAction((parsed, ct) => new AbuseBench(
    parsed.GetValue(small) ? AbusePlan.Small : AbusePlan.Full, parsed.GetValue(gateway), parsed.GetValue(json),
    parsed.GetValue(program)).Run(ct));

var pages = new Command("pages", "How soon a first-time visitor sees the largest part of a page on a slow processor, against a bare page.") { json };
pages.SetAction((parsed, ct) => PagesBench.Run(parsed.GetValue(json), ct));

var into = new Option<string>("--into") { Description = "The folder of the pictures.", DefaultValueFactory = _ => Path.Combine("artifacts", "pictures") };
var pictures = new Command("pictures", "Pictures of every screen and dialog, on a phone and on a desk, and those of the README.") { into };
pictures.SetAction((parsed, ct) => Pictures.Run(parsed.GetValue(into)!, Path.Combine("docs", "pictures"), ct));

// What is stopped stops its market first, which takes a moment.
var root = new RootCommand("How fast Jangteo is, in ratios measured in one run, and what it withstands.")
{
    trades, overload, abuse, pages, pictures, chaos, Rehearse.Command(),
};
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
