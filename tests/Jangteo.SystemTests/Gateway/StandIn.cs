using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Jangteo.Gateway;

namespace Jangteo.SystemTests.Gateway;

/// <summary>
/// Stands where a process would be, and does what a process can be made to do only by luck: dies after it has heard a request, for instance. It says that it
/// is ready, and keeps what it heard.
/// </summary>
internal sealed class StandIn : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly string? answer;
    private readonly ConcurrentQueue<string> heard = new();
    private readonly Task listening;

    private StandIn(TcpListener listener, string? answer)
    {
        this.listener = listener;
        this.answer = answer;
        listening = Listen();
    }

    /// <summary>Requests but for those after its health: the first line and the headers of each.</summary>
    public IReadOnlyList<string> Heard => [.. heard];

    public Replica Replica => new("127.0.0.1", Port, Port);

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Listens at a port, or at any that is free.</summary>
    /// <param name="answer">The status line of each answer; null hangs up on whoever has asked.</param>
    public static StandIn Start(string? answer = "200 OK", int port = 0)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return new StandIn(listener, answer);
    }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await listening;
    }

    private async Task Listen()
    {
        while (true)
        {
            try
            {
                _ = Answer(await listener.AcceptTcpClientAsync());
            }
            catch (Exception over) when (over is SocketException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task Answer(TcpClient asker)
    {
        using (asker)
        {
            var request = await Read(asker.GetStream());
            // A look after its health that was given up before it asked anything.
            if (request.Length == 0)
                return;
            var isHealth = request.StartsWith("GET /health/ready ", StringComparison.Ordinal);
            if (!isHealth)
                heard.Enqueue(request);
            if ((isHealth ? "200 OK" : answer) is { } status)
                await asker.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        }
    }

    private static async Task<string> Read(NetworkStream stream)
    {
        var text = new StringBuilder();
        var bytes = new byte[16 * 1024];
        while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(bytes) is var read and > 0)
            text.Append(Encoding.ASCII.GetString(bytes, 0, read));
        return text.ToString();
    }
}
