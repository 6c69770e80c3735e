using System.Buffers;
using System.Runtime.InteropServices;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Jangteo.Http;

/// <summary>
/// Reads the body of a request whole, before the request takes a place among those that are answered: a client that sends its body slowly
/// then takes nothing but the memory of that body. Of that memory each person and each address has a share, and all bodies together have an
/// end. Uploads leave a part of it to the bodies of other commands, so that no number of them keeps a trade from moving.
/// </summary>
internal sealed class RequestBodies(LimitSettings settings)
{
    /// <summary>
    /// A body that does not say its length is read into so many bytes at first, and into twice as many when it does not fit.
    /// </summary>
    private const int FirstPiece = 4096;

    // All of these are sixteenths of the memory.
    private const int UploadsTogether = 12;
    private const int StrangersTogether = 8;
    private const int PeopleOfOneAddress = 6;
    private const int OnePerson = 2;
    private const int StrangersOfOneAddress = 1;

    private static readonly TimeSpan BusyFor = TimeSpan.FromSeconds(1);

    private readonly Lock guard = new();
    private readonly Dictionary<Asker, long> usedBy = [];
    private readonly Dictionary<UInt128, long> usedByPeopleOf = [];
    private long used;
    private long usedByStrangers;
    private long usedByUploads;

    /// <summary>Bytes that are taken now.</summary>
    public long Used
    {
        get
        {
            lock (guard)
            {
                return used;
            }
        }
    }

    /// <summary>Puts the whole body in place of the one that is still to come.</summary>
    /// <returns>The memory that it takes, to be disposed when the request has been answered; null when there is no body.</returns>
    /// <exception cref="RefusedException">It does not arrive in time, or there is no memory for it.</exception>
    /// <exception cref="BadHttpRequestException">The client sends it too slowly, sends too much, or goes away.</exception>
    public async ValueTask<IDisposable?> Read(HttpContext http, Asker asker)
    {
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false || http.Request.ContentLength == 0)
        {
            return null;
        }

        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        inTime.CancelAfter(settings.BodyWithin);
        var body = new Memory(this, asker, Asker.AddressOf(http).Network);
        try
        {
            await body.Fill(http.Request, inTime.Token);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            body.Dispose();
            http.Response.Headers.Connection = "close";
            throw new RefusedException(new Refusal(Refusals.Malformed, Detail.BodyNotWithin(settings.BodyWithin.TotalSeconds)));
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            // Kestrel says so of a length of a chunk that no number can hold.
            body.Dispose();
            throw new BadHttpRequestException("The body is not framed as HTTP/1.1 frames it.", broken);
        }
        catch
        {
            body.Dispose();
            throw;
        }

        http.Request.Body = body.ToStream();
        return body;
    }

    /// <summary>Lets a body grow, or refuses it.</summary>
    /// <param name="address">Of the person who is signed in. One address has many accounts, so their bodies count for it together.</param>
    private void Reserve(Asker asker, UInt128 address, int before, int after)
    {
        lock (guard)
        {
            var (more, uploads) = (after - before, UploadBytes(after) - UploadBytes(before));
            var isOverShare = asker.IsSignedIn
                ? usedBy.GetValueOrDefault(asker) + more > Share(OnePerson)
                    || usedByPeopleOf.GetValueOrDefault(address) + more > Share(PeopleOfOneAddress)
                : usedBy.GetValueOrDefault(asker) + more > Share(StrangersOfOneAddress);
            if (isOverShare || used + more > settings.BodyMemory
                || (uploads > 0 && usedByUploads + uploads > Share(UploadsTogether))
                || (!asker.IsSignedIn && usedByStrangers + more > Share(StrangersTogether)))
            {
                throw new RefusedException(new Refusal(isOverShare ? Refusals.TooManyRequests : Refusals.Busy, RetryAfter: BusyFor));
            }

            Count(asker, address, more, uploads);
        }
    }

    private void Release(Asker asker, UInt128 address, int bytes)
    {
        lock (guard)
        {
            Count(asker, address, -bytes, -UploadBytes(bytes));
        }
    }

    private void Count(Asker asker, UInt128 address, int bytes, int uploads)
    {
        used += bytes;
        usedByUploads += uploads;
        Add(usedBy, asker, bytes);
        if (asker.IsSignedIn)
        {
            Add(usedByPeopleOf, address, bytes);
        }
        else
        {
            usedByStrangers += bytes;
        }
    }

    private static void Add<T>(Dictionary<T, long> counts, T key, int bytes)
        where T : notnull
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _);
        count += bytes;
        if (count == 0)
        {
            counts.Remove(key);
        }
    }

    private long Share(int sixteenths) => settings.BodyMemory / 16 * sixteenths;

    /// <summary>What a body takes of the part that uploads have: none as long as it is no longer than that of any other command.</summary>
    private static int UploadBytes(int bytes) => bytes > Edge.LargestBody ? bytes : 0;

    /// <summary>The memory of one body.</summary>
    private sealed class Memory(RequestBodies bodies, Asker asker, UInt128 address) : IDisposable
    {
        private byte[] bytes = [];
        private int reserved;
        private int length;

        public async Task Fill(HttpRequest request, CancellationToken ct)
        {
            // Kestrel has refused by now what says that it is longer than the route takes, and ends a longer one that does not say it.
            Grow((int)Math.Min(request.ContentLength ?? FirstPiece, int.MaxValue / 2));
            while (await request.Body.ReadAsync(bytes.AsMemory(length), ct) is var read and > 0)
            {
                length += read;
                if (length == request.ContentLength)
                {
                    return;
                }

                if (length == bytes.Length)
                {
                    Grow(bytes.Length * 2);
                }
            }
        }

        public MemoryStream ToStream() => new(bytes, 0, length, writable: false);

        public void Dispose()
        {
            Return();
            bodies.Release(asker, address, reserved);
            reserved = 0;
        }

        private void Grow(int size)
        {
            bodies.Reserve(asker, address, reserved, size);
            reserved = size;
            var larger = ArrayPool<byte>.Shared.Rent(size);
            bytes.AsSpan(0, length).CopyTo(larger);
            Return();
            bytes = larger;
        }

        // Passwords were in it, perhaps; the next request that has this memory must not find them.
        private void Return()
        {
            if (bytes.Length > 0)
            {
                bytes.AsSpan(0, length).Clear();
                ArrayPool<byte>.Shared.Return(bytes);
                bytes = [];
            }
        }
    }
}
