using System.Net;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;

namespace Jangteo.Between;

/// <summary>A module that runs in another process, reached at its internal address: its questions, its log, what only it knows. See <see cref="InternalRoutes"/> for the other end.</summary>
internal sealed class OtherProcess(string module, string address, string serviceKey) : IQuestions, ILog, IListings, IListingCopies,
INeedAttention, IContacts, IDisposable
{
    public const string Scheme = "Service";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConfirmsWithin = TimeSpan.FromSeconds(2);

    /// <summary>For what a request waits for: a process that accepts connections and does not answer must not hold the request.</summary>
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(1);

    private readonly HttpClient http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1), PooledConnectionLifetime = TimeSpan.FromMinutes(1) })
    {
        BaseAddress = new Uri(address),
        Timeout = TimeSpan.FromSeconds(30),
        DefaultRequestHeaders = { Authorization = new(Scheme, serviceKey) },
    };

    public string Module => module;

    public Task<Reply> Ask(Request question, CancellationToken ct) => Put("ask", question, ct);

    public Task<Reply> Void(Request question, CancellationToken ct) => Put("void", question, ct);

    public async Task<Reply.Unreachable?> Reach(CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(Path("reach"), ct);
            return answer.IsSuccessStatusCode ? null : new Reply.Unreachable(
                answer.Headers.RetryAfter?.Delta ?? Soon, $"{module} answered {(int)answer.StatusCode}");
        }
        catch (HttpRequestException away)
        {
            return new Reply.Unreachable(Soon, $"{module} cannot be reached: {away.Message}");
        }
    }

    public async Task<IReadOnlyList<LogRow>> Read(long after, int most, CancellationToken ct) =>
        (await http.GetFromJsonAsync<LogRow[]>(Path($"log?after={after}&most={most}"), Wire.Json, ct))!;

    public Task<Guid?> MarkAt(long position, CancellationToken ct) =>
        http.GetFromJsonAsync<Guid?>(Path($"log/mark?at={position}"), Wire.Json, ct);

    public async Task<IReadOnlyList<LogRow>> ReadStreams(Guid[] streams, int mostOfEach, CancellationToken ct)
    {
        using var answer = await http.PostAsJsonAsync(Path($"log/streams?most={mostOfEach}"), streams, Wire.Json, ct);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<LogRow[]>(Wire.Json, ct))!;
    }

    public Task<long> End(CancellationToken ct) => http.GetFromJsonAsync<long>(Path("log/end"), Wire.Json, ct);

    /// <summary>Does nothing: bells do not ring across processes, and a reader of another process's log asks now and then.</summary>
    public void Listen(Bell bell)
    {
    }

    /// <exception cref="RefusedException">It cannot be reached now, or does not answer in time.</exception>
    public async Task<ListingChanged?> Find(Guid listing, CancellationToken ct) =>
        await TryWithin<ListingChanged?[]>(
            AnswersWithin,
            async patience =>
            {
                using var answer = await http.GetAsync(Path($"listings/{listing}"), patience);
                if (answer.StatusCode == HttpStatusCode.NotFound)
                {
                    return [];
                }

                answer.EnsureSuccessStatusCode();
                return [await answer.Content.ReadFromJsonAsync<ListingChanged>(Wire.Json, patience)];
            },
            ct) is { } found
            ? found.SingleOrDefault()
            : throw new RefusedException(new Refusal(Refusals.CatalogUnavailable, RetryAfter: Soon));

    public async Task<IReadOnlyList<PersonChanged>> Find(IReadOnlyList<Guid> people, CancellationToken ct)
    {
        using var answer = await http.PostAsJsonAsync(Path("contacts"), people, Wire.Json, ct);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<PersonChanged[]>(Wire.Json, ct))!;
    }

    public async Task<bool> Confirm(ListingChanged listing, CancellationToken ct) =>
        await TryWithin<string>(
            ConfirmsWithin,
            async patience =>
            {
                using var answer = await http.PutAsJsonAsync(Path("listings"), listing, Wire.Json, patience);
                return answer.IsSuccessStatusCode ? "" : null;
            },
            ct) is not null;

    /// <exception cref="RefusedException">It cannot be reached now.</exception>
    public Task<ModuleAtRest> Rest(CancellationToken ct) => Get<ModuleAtRest>("rest", ct);

    /// <exception cref="RefusedException">It cannot be reached now.</exception>
    public async Task<IReadOnlyList<NeedsAttention>> Attention(CancellationToken ct) => await Get<NeedsAttention[]>("attention", ct);

    /// <summary>Of a process that cannot be reached, each breaker is shown as unreachable, so that the others can be seen.</summary>
    public async Task<BreakerOf[]> Breakers(CancellationToken ct) =>
        await TryWithin(AnswersWithin, patience => http.GetFromJsonAsync<BreakerOf[]>(Path("breakers"), Wire.Json, patience), ct)
        ?? [.. MessageTypes.AskedBy(module).Select(asked => new BreakerOf(module, asked, BreakerOf.Unreachable, 0, 0))];

    public void Dispose() => http.Dispose();

    private async Task<Reply> Put(string verb, Request question, CancellationToken ct)
    {
        try
        {
            using var answer = await http.PostAsJsonAsync(Path(verb), question, Wire.Json, ct);
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => (await answer.Content.ReadFromJsonAsync<Reply>(Wire.Json, ct))!,

                // Nobody was there to take it: said by the gateway before anything was sent on, or by the other end before it began.
                HttpStatusCode.ServiceUnavailable => new Reply.Unreachable(answer.Headers.RetryAfter?.Delta ?? Soon, $"{module} is not there"),
                _ => new Reply.Unknown($"{module} answered {(int)answer.StatusCode}"),
            };
        }
        catch (HttpRequestException away) when (away.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            return new Reply.Unreachable(Soon, $"{module} cannot be reached: {away.Message}");
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or System.Text.Json.JsonException)
        {
            return new Reply.Unknown($"{module} was not heard to the end: {lost.Message}");
        }
    }

    /// <exception cref="RefusedException">It cannot be reached now, or does not answer in time.</exception>
    private async Task<T> Get<T>(string rest, CancellationToken ct)
        where T : class =>
        await TryWithin(AnswersWithin, patience => http.GetFromJsonAsync<T>(Path(rest), Wire.Json, patience), ct)
        ?? throw new RefusedException(new Refusal(Refusals.Busy, Detail.ModuleAway(module), RetryAfter: Soon));

    /// <summary>The answer, or null where the other process cannot be reached or does not answer in time.</summary>
    private static async Task<T?> TryWithin<T>(TimeSpan most, Func<CancellationToken, Task<T?>> ask, CancellationToken ct)
        where T : class
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(most);
        try
        {
            return await ask(patience.Token);
        }
        catch (Exception away) when (PassingFault.Is(away) && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private Uri Path(string rest) => new($"/internal/{module}/{rest}", UriKind.Relative);
}
