"""One message to one person through one gate; and what people write to the business."""
