using System.Text.Json;
using Jangteo.Contracts;

namespace Jangteo.Tests.Contracts;

/// <summary>A message that lacks what its record cannot be without fails as it is read, with a fault that says so.</summary>
public sealed class Reading_bodies
{
    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"trade":"0193e5a0-0000-7000-8000-000000000001","journals":null}""")]
    [InlineData("""{"trade":"0193e5a0-0000-7000-8000-000000000001"}""")]
    public void What_is_missing_is_a_fault_of_the_message(string body) =>
        Assert.Throws<JsonException>(() => Of(body).Read<JournalsPosted>());

    [Fact]
    public void What_a_later_version_added_may_be_missing()
    {
        var read = Of("""{"stream":"0193e5a0-0000-7000-8000-000000000001","revision":1,"verb":"refund","event":"refunded"}""").Read<Answered>();

        Assert.Equal((null, 0L), (read.Code, read.Amount));
    }

    [Fact]
    public void What_may_be_null_is_left_out_when_written_and_read_as_null()
    {
        var told = new Told(null, null, "lapse", 3, [], DateTimeOffset.UnixEpoch);

        var read = Of(JsonSerializer.Serialize(told, Wire.Json)).Read<Told>();

        Assert.Equal(JsonSerializer.Serialize(told, Wire.Json), JsonSerializer.Serialize(read, Wire.Json));
    }

    private static Message Of(string body) =>
        new(Guid.NewGuid(), PaymentsMessages.Posted, "payments", Guid.NewGuid(), new MessageContext(), Guid.NewGuid(), Guid.NewGuid(), null, DateTimeOffset.UnixEpoch, JsonDocument.Parse(body).RootElement);
}
