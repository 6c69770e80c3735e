using System.ComponentModel.DataAnnotations;
using Jangteo.Kinds;
using Jangteo.Platform.Asking;
using Jangteo.Platform.Storing;

namespace Jangteo.Platform;

/// <summary>
/// Every setting there is, with its default; <c>jangteo.yaml</c> says the same with a line of why, and a test compares the two.
/// A new one is a property here and a line there. Values are read by <see cref="SettingsReader"/>: durations as <c>3s</c>, sizes as <c>2MB</c>.
/// </summary>
public sealed record Settings
{
    /// <summary>Which modules this process runs: <c>all</c>, or some with commas between.</summary>
    [Required]
    public string Target { get; init; } = "all";

    [Range(0, 65535)]
    public int Port { get; init; } = 8080;

    [Range(0, 65535)]
    public int InternalPort { get; init; } = 8081;

    /// <summary>The addresses at which <see cref="Port"/> accepts connections; see <see cref="ListenAddresses"/>.</summary>
    [Listen]
    public string Listen { get; init; } = "localhost";

    /// <summary>The same for <see cref="InternalPort"/>; empty is those of <see cref="Listen"/>.</summary>
    [Listen(CanBeEmpty = true)]
    public string InternalListen { get; init; } = "";

    /// <summary>
    /// The address of the market as browsers have it, such as <c>https://market.example</c>; empty is the one that each request names.
    /// </summary>
    [Origin]
    public string PublicAddress { get; init; } = "";

    /// <summary>Proxies whose <c>X-Forwarded-</c> headers are believed; see <see cref="TrustedNetworks"/>.</summary>
    [Networks]
    public string TrustedProxies { get; init; } = "localhost";

    [Required]
    public string DataFolder { get; init; } = "./data";

    /// <summary>
    /// A folder with a file for each secret, which has the name of the variable, such as <c>Jangteo__Database</c>; empty is none.
    /// </summary>
    public string SecretsFolder { get; init; } = "/run/secrets";

    [Required]
    public string KindsFolder { get; init; } = "./kinds";

    public bool Sandbox { get; init; } = true;

    /// <summary>Whether callers on other machines may sign in by name and control the sandbox.</summary>
    public bool SandboxOpen { get; init; }

    /// <summary>
    /// Host names by which the market is asked, with commas between; <c>*.example.com</c> is every name under it, <c>*</c> every name.
    /// Empty is every name, and in a sandbox that is not open only those of loopback, which are always allowed.
    /// </summary>
    public string AllowedHosts { get; init; } = "";

    [Currency]
    public string Currency { get; init; } = "KRW";

    [Range(0, 1000)]
    public int FeePermille { get; init; } = 30;

    [AllowedValues("ko", "en")]
    public string Language { get; init; } = "ko";

    /// <summary>
    /// IANA name of the zone in which texts say times and days; empty is Asia/Seoul where <see cref="Language"/> is ko, and UTC elsewhere.
    /// </summary>
    [IanaTimeZone]
    public string TimeZone { get; init; } = "";

    /// <summary>The zone that <see cref="TimeZone"/> names.</summary>
    public TimeZoneInfo Zone => IanaTimeZoneAttribute.Find(TimeZone.Length > 0 ? TimeZone : Language == "ko" ? "Asia/Seoul" : "UTC")!;

    [AllowedValues("Trace", "Debug", "Information", "Warning", "Error", "Critical", "None")]
    public string LogLevel { get; init; } = "Information";

    /// <summary>Npgsql connection string of an administrator; empty is the program's own private PostgreSQL.</summary>
    [ConnectionString, DataType(DataType.Password)]
    public string Database { get; init; } = "";

    public DatabaseTimeouts DatabaseTimeouts { get; init; } = new();

    /// <summary>
    /// Where RabbitMQ is, as <c>amqp://user:password@host:port/vhost</c>, or <c>amqps://</c> for TLS; empty is one process, which needs
    /// none.
    /// </summary>
    [BrokerAddress, DataType(DataType.Password)]
    public string Broker { get; init; } = "";

    public BrokerTlsSettings BrokerTls { get; init; } = new();

    /// <summary>By this the processes of one installation know each other; at least 16 characters.</summary>
    [RegularExpression("(.{16,})?"), DataType(DataType.Password)]
    public string ServiceKey { get; init; } = "";

    /// <summary>E-mail address that is told of what needs an operator; empty is nobody.</summary>
    public string OperatorEmail { get; init; } = "";

    public TradingSettings Trading { get; init; } = new();

    public QuestionSettings Questions { get; init; } = new();

    public LimitSettings Limits { get; init; } = new();

    public SessionSettings Sessions { get; init; } = new();

    public TelemetrySettings Telemetry { get; init; } = new();

    public DrainingSettings Draining { get; init; } = new();

    public LivenessSettings Liveness { get; init; } = new();

    public MapSettings Map { get; init; } = new();

    public CatalogSettings Catalog { get; init; } = new();

    public PaymentsSettings Payments { get; init; } = new();

    public ModuleSettings Delivery { get; init; } = new();

    public NoticesSettings Notices { get; init; } = new();

    public ModuleSettings Identity { get; init; } = new();

    public ModuleSettings Views { get; init; } = new();

    /// <summary>Where people and programs connect.</summary>
    public ListenAddresses PublicAddresses => ListenAddresses.Parse(Listen);

    /// <summary>Where the other processes of this installation connect.</summary>
    public ListenAddresses InternalAddresses => ListenAddresses.Parse(InternalListen.Length == 0 ? Listen : InternalListen);

    /// <summary>The connection string of a module's database, or empty when it is a schema in the private PostgreSQL.</summary>
    /// <param name="module">One of <see cref="Modules"/>.</param>
    public string DatabaseOf(string module)
    {
        var own = Of(module).Database;
        return own.Length > 0 ? own : Database;
    }

    /// <summary>Where another process answers for a module, or empty.</summary>
    /// <param name="module">One of <see cref="Modules"/>.</param>
    public string AddressOf(string module) => Of(module).Address;

    /// <summary>Acts of operators on more money than this need a second operator, in minor units; 0 is never.</summary>
    /// <param name="module">One of <see cref="Modules"/>.</param>
    public long TwoOperatorsAboveIn(string module) => module is Modules.Payments or Modules.Trading ? Payments.TwoOperatorsAbove : 0;

    private (string Database, string Address) Of(string module) => module switch
    {
        Modules.Trading => (Trading.Database, Trading.Address),
        Modules.Catalog => (Catalog.Database, Catalog.Address),
        Modules.Payments => (Payments.Database, Payments.Address),
        Modules.Delivery => (Delivery.Database, Delivery.Address),
        Modules.Notices => (Notices.Database, Notices.Address),
        Modules.Identity => (Identity.Database, Identity.Address),
        Modules.Views => (Views.Database, Views.Address),
        _ => throw new ArgumentOutOfRangeException(nameof(module), module, "There is no such module."),
    };
}

/// <summary>How a move waits for the answers it needs first (DESIGN §3, rule 3).</summary>
public sealed record TradingSettings
{
    [ConnectionString, DataType(DataType.Password)]
    public string Database { get; init; } = "";

    public string Address { get; init; } = "";

    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan AskAgainFor { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan AttentionAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Bytes of the pictures that one person has added to disputes, as they are kept, with their small copies.</summary>
    public long DisputePictureSpacePerPerson { get; init; } = 100L << 20;
}

/// <summary>
/// TLS to RabbitMQ, where <see cref="Settings.Broker"/> begins with <c>amqps://</c>. PostgreSQL's is in its connection string. Files are
/// PEM.
/// </summary>
public sealed record BrokerTlsSettings
{
    /// <summary>Certificates of the authorities that are trusted, and no others; empty is those that the system trusts.</summary>
    public string Authority { get; init; } = "";

    /// <summary>The certificate that this program shows to RabbitMQ; empty is none.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>Its private key; empty is in the file of the certificate.</summary>
    public string Key { get; init; } = "";
}

/// <summary>How a process stops that is told to by SIGTERM.</summary>
public sealed record DrainingSettings
{
    /// <summary>For so long it is not ready any more and still serves, until gateways have noticed.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Notice { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>After that, requests under way may take so long to finish.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Within { get; init; } = TimeSpan.FromSeconds(20);
}

/// <summary>When a process says by itself that it has to be replaced.</summary>
public sealed record LivenessSettings
{
    /// <summary>A background loop that has made no progress for so long is stuck. Longer than every time-out of what it calls.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StuckAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of memory that the process may use; 0 is without a limit but that of its container.</summary>
    [Range(0, long.MaxValue)]
    public long Memory { get; init; } = 1L << 30;
}

/// <summary>The map on which places are shown and chosen.</summary>
public sealed record MapSettings
{
    /// <summary>A file in the format PMTiles, version 3; empty is none.</summary>
    public string File { get; init; } = "";

    /// <summary>Whose data it is, as it stands under the map. Empty is what the file itself says.</summary>
    [MaxLength(200)]
    public string Attribution { get; init; } = "";
}

/// <summary>Payments and the ledger.</summary>
public sealed record PaymentsSettings
{
    [ConnectionString, DataType(DataType.Password)]
    public string Database { get; init; } = "";

    public string Address { get; init; } = "";

    /// <summary>
    /// An operator's act on more money than this, in minor units, is proposed, and a second operator confirms it; 0 is never.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int TwoOperatorsAbove { get; init; } = 1_000_000;

    /// <summary>Where buyers transfer money to, as they read it: bank, number and holder. Empty in the sandbox is the account of its bank.</summary>
    [MaxLength(200)]
    public string BankAccount { get; init; } = "";
}

/// <summary>Questions from one module to another.</summary>
public sealed record QuestionSettings
{
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Questions to one module at the same time; what is more is not asked.</summary>
    [Range(1, 10_000)]
    public int AtOnce { get; init; } = 128;

    public BreakerSettings Breaker { get; init; } = new(
        FailureRatio: 0.5, MinimumThroughput: 20, Sampling: TimeSpan.FromSeconds(10), Break: TimeSpan.FromSeconds(3));
}

/// <summary>How much is taken on at once; past it the answer is <c>busy</c> or <c>too-many-requests</c>, at once.</summary>
public sealed record LimitSettings
{
    [Range(1, 100_000)]
    public int Moves { get; init; } = 384;

    [Range(1, 100_000)]
    public int Commands { get; init; } = 320;

    [Range(1, 100_000)]
    public int Queries { get; init; } = 256;

    /// <summary>Of these places the most that people who are not signed in have together.</summary>
    [Range(1, 100_000)]
    public int Anonymous { get; init; } = 128;

    [Range(1, 100_000)]
    public int PerPerson { get; init; } = 64;

    /// <summary>Requests of one address that are not of a person who is signed in, at the same time.</summary>
    [Range(1, 100_000)]
    public int PerAddress { get; init; } = 32;

    /// <summary>Reads that wait for their token; they take up none of the places above.</summary>
    [Range(1, 100_000)]
    public int Waits { get; init; } = 256;

    [Range(1, 100_000)]
    public int WaitsPerPerson { get; init; } = 16;

    [Range(1, 100_000)]
    public int LiveStreams { get; init; } = 1000;

    /// <summary>Of these streams the most that people who are not signed in have together.</summary>
    [Range(1, 100_000)]
    public int AnonymousLiveStreams { get; init; } = 500;

    [Range(1, 100_000)]
    public int LiveStreamsPerPerson { get; init; } = 16;

    [Range(1, 100_000)]
    public int LiveStreamsPerAddress { get; init; } = 64;

    /// <summary>Downloads of pictures at the same time.</summary>
    [Range(1, 100_000)]
    public int Downloads { get; init; } = 64;

    /// <summary>Downloads of one person, or of one address of people who are not signed in, at the same time.</summary>
    [Range(1, 100_000)]
    public int DownloadsEach { get; init; } = 8;

    /// <summary>Requests of one person a second, on the average of some seconds; 0 is without limit.</summary>
    [Range(0, 100_000)]
    public int PerPersonPerSecond { get; init; } = 200;

    /// <summary>The same for one address of people who are not signed in.</summary>
    [Range(0, 100_000)]
    public int PerAddressPerSecond { get; init; } = 200;

    /// <summary>Connections that are open at the same time; what is more is closed at once.</summary>
    [Range(1, 1_000_000)]
    public int Connections { get; init; } = 16_384;

    /// <summary>The same of one address that is not a trusted proxy.</summary>
    [Range(1, 1_000_000)]
    public int ConnectionsPerAddress { get; init; } = 512;

    /// <summary>How long the headers of a request may take to arrive.</summary>
    public TimeSpan HeadersWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the body of a request may take to arrive.</summary>
    public TimeSpan BodyWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The slowest pace of a body, and of a client that reads an answer, after some seconds of grace.</summary>
    [Range(1, 1_000_000)]
    public int BytesPerSecond { get; init; } = 4096;

    /// <summary>What the bodies of all requests that are being read or answered take together.</summary>
    [Range(16L << 20, 1L << 40)]
    public long BodyMemory { get; init; } = 64L << 20;
}

/// <summary>How long a person stays signed in.</summary>
public sealed record SessionSettings
{
    [Range(typeof(TimeSpan), "00:00:01", "31.00:00:00")]
    public TimeSpan People { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Of an operator, who can move other people's money.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "31.00:00:00")]
    public TimeSpan Operators { get; init; } = TimeSpan.FromHours(12);
}

/// <summary>Where the program tells what it does and how it is.</summary>
public sealed record TelemetrySettings
{
    /// <summary>Of an OTLP collector that takes HTTP; <c>/v1/traces</c> and the others come after it. Empty is nowhere.</summary>
    [RegularExpression("https?://.+")]
    public string Endpoint { get; init; } = "";

    /// <summary>How often figures are collected and sent.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>Listings and their pictures.</summary>
public sealed record CatalogSettings
{
    [ConnectionString, DataType(DataType.Password)]
    public string Database { get; init; } = "";

    public string Address { get; init; } = "";

    /// <summary>
    /// Bytes of the pictures on a person's listings, as they are kept, with their small copies. With what only trades keep they may be four
    /// times as many.
    /// </summary>
    public long PictureSpacePerPerson { get; init; } = 200L << 20;
}

/// <summary>What people are told, and who carries it.</summary>
public sealed record NoticesSettings
{
    [ConnectionString, DataType(DataType.Password)]
    public string Database { get; init; } = "";

    public string Address { get; init; } = "";

    public CarrierSettings Carrier { get; init; } = new();
}

/// <summary>A carrier of SMS or e-mail outside of the program; docs/extending/carriers.md says how it is spoken to.</summary>
public sealed record CarrierSettings
{
    /// <summary>The address of which <c>split</c> starts a carrier of its own.</summary>
    public const string Private = "private";

    /// <summary>Empty is none, <see cref="Private"/> the courier that <c>split</c> starts.</summary>
    [RegularExpression("(private|https?://[^/].*)?")]
    public string Address { get; init; } = "";

    /// <summary>Known to both sides; at least 16 characters.</summary>
    [RegularExpression("(.{16,})?"), DataType(DataType.Password)]
    public string Secret { get; init; } = "";

    /// <summary>What it carries: <c>sms</c>, <c>email</c>, or both with a comma between.</summary>
    [RegularExpression("(sms|email)(, ?(sms|email))?")]
    public string Channels { get; init; } = "sms";

    /// <summary>Whether a channel goes to it.</summary>
    public bool Carries(string channel) => Address.Length > 0 && Channels.Split(',', StringSplitOptions.TrimEntries).Contains(channel);
}

/// <summary>What each module has of its own.</summary>
public sealed record ModuleSettings
{
    [ConnectionString, DataType(DataType.Password)]
    public string Database { get; init; } = "";

    public string Address { get; init; } = "";
}
