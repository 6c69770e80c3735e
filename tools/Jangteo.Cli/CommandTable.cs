namespace Jangteo.Cli;

/// <summary>Every command, with what it needs on the machine. A new one is a line here and, unless it is the program's own, a file.</summary>
internal static class CommandTable
{
    private static readonly Needs Servers = Needs.Database with { Tools = ["haproxy", "rabbitmq-server", "redis-server"] };

    // The commands of the README are tests too, and use curl and jq; listeners in other languages come by npm, and a browser looks at the pages.
    /// <summary>Chromium without a window; its program and its package have the same name.</summary>
    private const string Browser = "chromium-headless-shell";

    // Images are built and run, manifests are rendered, and siege asks while servers are replaced.
    private static readonly Needs Everything = Servers with
    {
        Tools = [.. Servers.Tools, "curl", "jq", "npm", Browser, "siege", "podman", "catatonit", "buildah", "runc", "debootstrap", "kubectl"],
    };

    private static readonly Needs Rehearsing = Servers with { Tools = [.. Servers.Tools, "siege"] };

    public static readonly Command[] All =
    [
        new("run", "a marketplace at http://localhost:8080, with its own database and sample data", TheProgram.With()) { Needs = _ => Needs.Database, Builds = Building.Builds.Program },
        new("test", "every test: the fast ones, and the whole system over HTTP", RunTests.Run) { Needs = _ => Everything },
        new("demo", "plays every story of every kind of trade, and checks the books; with --split on a split market", TheProgram.With("demo")) { Needs = DatabaseOrServers, Builds = Building.Builds.Program },
        new("split", "the same market with every module a process of its own, RabbitMQ between them and HAProxy in front: ./jangteo split --replicas trading=2", TheProgram.With("split"))
        {
            Needs = _ => Servers, Builds = Building.Builds.Split,
        },
        new("check", "says what is wrong with a kind, or a folder of kinds: ./jangteo check kinds", TheProgram.With("check")),
        new("bench", """
            how many whole trades a second: ./jangteo bench trades --clients 32, or in both shapes: --split; what it says when overloaded: ./jangteo bench overload;
                         how soon a page is seen: ./jangteo bench pages; what one client can do to others: ./jangteo bench abuse
            """, RunBench.With())
        {
            Needs = OfBench,
        },
        new("pictures", "how every screen and dialog looks, on a phone and on a desk", RunBench.With("pictures")) { Needs = _ => Needs.Database with { Tools = [Browser] } },
        new("chaos", "trades on a split market while its processes and servers are killed: ./jangteo chaos --minutes 3", RunBench.With("chaos")) { Needs = _ => Servers },
        new(
            "rehearse",
            "deploys, upgrades, heals, scales or restores a market of its own while people trade: "
                + "./jangteo rehearse deploy|upgrade|heal|scale|restore",
            RunBench.With("rehearse"))
        {
            Needs = _ => Rehearsing,
        },
        new("simulate", "random trades with every fault there is: ./jangteo simulate --trades 2000000; every won of bank transfers: ./jangteo simulate transfers --histories 100000", Simulate.Run),
        new("format", "puts every source file in its form, and makes the generated ones anew", Format.Run),
        new("ci", "what decides whether a change is good: tests, form, kinds, demo", words => new Ci(Everything).Run()),
    ];

    /// <summary>Whatever is not in the table. The program refuses what it does not know either.</summary>
    public static readonly Command OfTheProgram = new("", "", TheProgram.With()) { Needs = _ => Needs.Database, Builds = Building.Builds.Program };

    private static Needs DatabaseOrServers(string[] words) => words.Contains("--split") ? Servers : Needs.Database;

    private static Needs OfBench(string[] words)
    {
        var needs = DatabaseOrServers(words);
        string[] further = [.. words is ["pages", ..] ? [Browser] : Array.Empty<string>(), .. words.Contains("--gateway") ? ["haproxy"] : Array.Empty<string>()];
        return needs with { Tools = [.. needs.Tools, .. further] };
    }
}
